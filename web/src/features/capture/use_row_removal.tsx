// SPDX-License-Identifier: Apache-2.0
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { problemText } from "@/frame/problem_panel";
import { useSay } from "@/frame/say";
import type { FormDraft } from "./draft";
import type { GroupRow, GroupView } from "./fields";
import { ReasonDialog } from "./reason_dialog";

interface Removing {
  group: GroupView;
  row: GroupRow;
}

/** Removing a row: one that holds something asks why; one that was only added goes at once. */
export function useRowRemoval(draft: FormDraft, onGone: (group: string, repeat: string) => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const say = useSay();
  const [removing, setRemoving] = useState<Removing>();

  const remove = async ({ group, row }: Removing, reason: string): Promise<void> => {
    const oid = group.group.def.oid;
    const problem = await draft.removeRow(oid, row.repeat, reason);
    setRemoving(undefined);
    if (problem?.status === 412) {
      say.warning((t) => t("form/rowChanged"));
      const form = draft.getSnapshot().document.id;
      void client.invalidateQueries({ queryKey: ["form", form] });
    } else if (problem) {
      say.error((t) => `${problemText(t, problem)} ${t("problem/unchanged")}`);
    } else {
      onGone(oid, row.repeat);
      document.querySelector<HTMLElement>(`[data-add="${CSS.escape(oid)}"]`)?.focus();
    }
  };

  const ask = (wish: Removing): void => {
    const holds = wish.row.fields.some(
      ({ address }) => draft.valueOf(address).raw !== "" || draft.saved(address),
    );
    if (holds) setRemoving(wish);
    else void remove(wish, "");
  };

  const dialog = (
    <ReasonDialog
      open={removing !== undefined}
      title={t("form/removeTitle")}
      lead={t("form/removeLead")}
      okText={t("form/remove")}
      isRemoval
      onReason={(reason) => removing && void remove(removing, reason)}
      onLater={() => setRemoving(undefined)}
    />
  );
  return { ask, dialog };
}
