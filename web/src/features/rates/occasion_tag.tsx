// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { OccasionState } from "@/api";
import { word } from "@/i18n/word";

const looks: Record<OccasionState, string> = {
  upcoming: "waits",
  open: "goes",
  late: "attention",
  on_time: "done",
  answered_late: "done",
  missed: "wrong",
  excused: "waits",
};

export function OccasionTag({ state }: { state: OccasionState }) {
  const { i18n } = useTranslation();
  return (
    <span className={`occasion occasion-${looks[state]}`} data-state={state}>
      {word(i18n, "occasionState", state)}
    </span>
  );
}
