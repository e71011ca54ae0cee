// SPDX-License-Identifier: Apache-2.0
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { readForm, saveForm, type FormDocument } from "@/api";
import { useSession } from "@/session/session";
import type { StudyModel } from "@/study/model";
import { FormDraft, type Snapshot } from "./draft";
import { keptDraftKey } from "./kept";

/** How often an open form looks for what other people have saved. */
const lookMs = 10_000;

/** The draft of an open form, kept up to date with the server for as long as the page is open. */
export function useFormDraft(
  document: FormDocument,
  model: StudyModel,
): { draft: FormDraft; snapshot: Snapshot } {
  const { user } = useSession();
  const [draft] = useState(
    () =>
      new FormDraft({
        document,
        send: (patch) => saveForm(document.id, patch),
        repeats: (group) => model.group(group)?.repeating === true,
        storage: localStorage,
        storageKey: keptDraftKey(user.id, document.id),
        me: user.id,
      }),
  );
  const snapshot = useSyncExternalStore(draft.subscribe, draft.getSnapshot);

  useEffect(() => {
    draft.reopen();
    const lineChanged = (): void => draft.lineChanged();
    const leaving = (event: BeforeUnloadEvent): void => {
      if (draft.getSnapshot().edits.size > 0) {
        void draft.flush();
        event.preventDefault();
      }
    };
    window.addEventListener("online", lineChanged);
    window.addEventListener("offline", lineChanged);
    window.addEventListener("beforeunload", leaving);
    return () => {
      window.removeEventListener("online", lineChanged);
      window.removeEventListener("offline", lineChanged);
      window.removeEventListener("beforeunload", leaving);
      draft.close();
    };
  }, [draft]);

  const newer = useQuery({
    queryKey: ["form", document.id],
    queryFn: ({ signal }) => readForm(document.id, { signal }),
    refetchInterval: lookMs,
    staleTime: 0,
    initialData: document,
  });
  useEffect(() => {
    if (newer.data) draft.take(newer.data);
  }, [draft, newer.data]);
  return { draft, snapshot };
}
