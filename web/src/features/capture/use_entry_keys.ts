// SPDX-License-Identifier: Apache-2.0
// What leaving a field and the keys of the form do.
import type { FocusEvent, KeyboardEvent } from "react";
import type { FormDraft } from "./draft";
import { focusNext, ownsEnter } from "./keys";

interface EntryKeys {
  draft: FormDraft;
  /** The value at which a change was put off, by item: who puts it off must be able to walk on. */
  putOff: ReadonlyMap<string, string>;
  onReason: () => void;
  onHistory: () => void;
}

export function useEntryKeys({ draft, putOff, onReason, onHistory }: EntryKeys) {
  const onBlur = (event: FocusEvent): void => {
    const own = (event.target as Element).closest("[data-field]");
    if (!own || own.contains(event.relatedTarget)) return;
    const key = own.getAttribute("data-field") ?? "";
    const { save, edits } = draft.getSnapshot();
    if (save.kind === "needs_reason" && edits.has(key)) {
      if (putOff.get(key) !== edits.get(key)?.raw) onReason();
      return;
    }
    void draft.flush();
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void draft.flush().then(() => {
        if (draft.getSnapshot().save.kind === "needs_reason") onReason();
      });
    } else if (event.key === "F2") {
      event.preventDefault();
      onHistory();
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      const target = event.target as HTMLElement;
      if (!target.closest("[data-field]") || ownsEnter(target)) return;
      event.preventDefault();
      if (!focusNext(target)) document.getElementById("complete-form")?.focus();
    }
  };
  return { onBlur, onKeyDown };
}
