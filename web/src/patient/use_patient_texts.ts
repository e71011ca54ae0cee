// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";

/** The texts of this page, in the patient's language. */
export const usePatientTexts = () => useTranslation("patient");

/** A moment in words, by the phone's clock. */
export const inWords = (moment: string | number, language: string): string =>
  new Date(moment).toLocaleString(language, {
    month: "long",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });

export const dayInWords = (moment: string, language: string): string =>
  new Date(moment).toLocaleDateString(language, { year: "numeric", month: "long", day: "numeric" });
