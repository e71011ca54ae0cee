// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { openForm, readForm, saveForm, type FormDocument } from "@/api";
import { useSession } from "@/session/session";
import type { StudyModel } from "@/study/model";
import { FormDraft } from "./draft";
import type { Snapshot } from "./draft_types";
import { keptDraftKey } from "./kept";
import { placeOf } from "./place";

/** How often an open form looks for what other people have saved. */
const lookMs = 10_000;

/** The draft of an open form, kept up to date with the server for as long as the page is open. */
export function useFormDraft(
  document: FormDocument,
  model: StudyModel,
): { draft: FormDraft; snapshot: Snapshot } {
  const { user, csrf } = useSession();
  const client = useQueryClient();
  const [draft] = useState(
    () =>
      new FormDraft({
        document,
        open: async (key) => {
          const opened = await openForm(placeOf(document), key);
          client.setQueryData(["form", opened.id], opened);
          void client.invalidateQueries({ queryKey: ["matrix", document.study] });
          void client.invalidateQueries({ queryKey: ["subject", document.subject.id] });
          return opened;
        },
        send: saveForm,
        read: readForm,
        repeats: (group) => model.group(group)?.repeating === true,
        storage: localStorage,
        storageKey: keptDraftKey(user.id, placeOf(document)),
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

  // Signed in again: what waited for that is sent at once.
  useEffect(() => void draft.flush(), [draft, csrf]);

  const { id } = snapshot.document;
  const newer = useQuery({
    queryKey: ["form", id],
    queryFn: ({ signal }) => readForm(id, { signal }),
    enabled: id !== "",
    refetchInterval: lookMs,
    staleTime: 0,
  });
  useEffect(() => {
    if (newer.data) draft.take(newer.data);
  }, [draft, newer.data]);
  return { draft, snapshot };
}
