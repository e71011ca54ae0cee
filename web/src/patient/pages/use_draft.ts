// SPDX-License-Identifier: Apache-2.0
import { useCallback, useEffect, useRef, useState } from "react";
import { complete } from "../form/draft";
import type { Node } from "../form/enable";
import { readForm, type Form } from "../form/form";
import { draftName, type TaskPlace } from "../phone/outbox";
import { formOf } from "../phone/use_tasks";
import type { Vault } from "../phone/vault";

export type Saving = { kind: "saving" } | { kind: "saved"; at: Date } | { kind: "failed" };

export interface Draft {
  form: Form;
  /** Changed in place, through change(). */
  nodes: Node[];
  saving: Saving;
  change: (how: () => void) => void;
}

/** The form of a task and what is answered so far, saved at every change; "missing" without a form. */
export function useDraft(vault: Vault, place: TaskPlace, formId: string): Draft | "missing" | null {
  const [loaded, setLoaded] = useState<{ form: Form; nodes: Node[] } | "missing" | null>(null);
  const [saving, setSaving] = useState<Saving>({ kind: "saving" });
  const latest = useRef(0);
  const name = draftName(place);

  useEffect(() => {
    void (async () => {
      const tree = await formOf(vault, formId);
      if (!tree) return setLoaded("missing");
      const form = readForm(tree);
      setLoaded({ form, nodes: complete(form.items, (await vault.read<Node[]>(name)) ?? []) });
      setSaving({ kind: "saved", at: new Date() });
    })();
  }, [vault, formId, name]);

  const change = useCallback(
    (how: () => void) => {
      if (loaded === null || loaded === "missing") return;
      how();
      complete(loaded.form.items, loaded.nodes);
      latest.current += 1;
      const mine = latest.current;
      setSaving({ kind: "saving" });
      vault.write({ [name]: loaded.nodes }).then(
        () => mine === latest.current && setSaving({ kind: "saved", at: new Date() }),
        () => setSaving({ kind: "failed" }),
      );
    },
    [vault, name, loaded],
  );
  return loaded === null || loaded === "missing" ? loaded : { ...loaded, saving, change };
}
