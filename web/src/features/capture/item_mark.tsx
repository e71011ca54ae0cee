// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";

export type ItemMarkState = "empty" | "saved" | "edited" | "soft" | "hard";

/** The state of one item beside its value: shape and colour, named for those who cannot see them. */
export function ItemMark({ state }: { state: ItemMarkState }) {
  const { t } = useTranslation();
  const name = t(`form/itemState/${state}`);
  return (
    <svg className={`mark mark-${state}`} viewBox="0 0 16 16" role="img" aria-label={name}>
      <title>{name}</title>
      {marks[state]}
    </svg>
  );
}

const marks: Record<ItemMarkState, React.ReactNode> = {
  empty: <circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" strokeDasharray="2.4 2.4" />,
  saved: <path d="m3.2 8.4 3.2 3.2 6.2-7" fill="none" stroke="currentColor" strokeWidth="2" />,
  edited: <circle cx="8" cy="8" r="4" fill="currentColor" />,
  soft: (
    <>
      <path d="M8 1.6 15 14H1Z" fill="currentColor" />
      <path d="M8 6v3.6M8 11.2v1.4" stroke="#fff" strokeWidth="1.5" />
    </>
  ),
  hard: (
    <>
      <path d="M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2Z" fill="currentColor" />
      <path d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8" stroke="#fff" strokeWidth="1.6" />
    </>
  ),
};
