// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";

/** How long something waits, in words: minutes up to two hours, then hours. */
export function useWaited(): (seconds: number) => string {
  const { t } = useTranslation();
  return (seconds) => {
    const minutes = Math.floor(seconds / 60);
    return minutes < 120
      ? t("alerts/minutes", { count: minutes })
      : t("alerts/hours", { count: Math.floor(minutes / 60) });
  };
}
