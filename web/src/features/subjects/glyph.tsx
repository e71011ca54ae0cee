// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { cellStates, type CellState } from "@/api";
import { word } from "@/i18n/word";

/** One state, told by shape and by colour: the shapes stay apart in print and for the colour-blind. */
export function Glyph({ state }: { state: CellState }) {
  return (
    <svg className={`glyph glyph-${state}`} viewBox="0 0 16 16" aria-hidden="true">
      {shapes[state]}
    </svg>
  );
}

const shapes: Record<CellState, React.ReactNode> = {
  not_due: <circle cx="8" cy="8" r="2" fill="currentColor" />,
  due: <circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" strokeWidth="1.7" />,
  overdue: (
    <>
      <path d="M8 1.2 15.4 14.4H.6Z" fill="currentColor" />
      <path d="M8 6v3.8M8 11.4v1.4" stroke="#fff" strokeWidth="1.6" />
    </>
  ),
  in_progress: (
    <>
      <circle cx="8" cy="8" r="5.8" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <path d="M8 2.2a5.8 5.8 0 0 0 0 11.6Z" fill="currentColor" />
    </>
  ),
  complete: (
    <>
      <rect x="1.5" y="1.5" width="13" height="13" rx="3.2" fill="currentColor" />
      <path d="m4.8 8.3 2.3 2.3 4.2-4.8" fill="none" stroke="#fff" strokeWidth="1.8" />
    </>
  ),
};

export function StateTag({ state }: { state: CellState }) {
  const { i18n } = useTranslation();
  return (
    <span className="state-tag">
      <Glyph state={state} /> {word(i18n, "state", state)}
    </span>
  );
}

export function Legend() {
  const { t } = useTranslation();
  return (
    <ul className="legend" aria-label={t("matrix/legend")}>
      {cellStates.map((state) => (
        <li key={state}>
          <StateTag state={state} />
        </li>
      ))}
    </ul>
  );
}
