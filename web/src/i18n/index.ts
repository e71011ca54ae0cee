// SPDX-License-Identifier: Apache-2.0
// Languages of the pages: found from the person's last choice, then the browser, then Chinese.
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import type { en } from "./en";
import type { enAlerts } from "./en_alerts";
import type { enJobs } from "./en_jobs";
import type { enPush } from "./en_push";
import type { enRates } from "./en_rates";
import type { enResponses } from "./en_responses";
import type { enSchedules } from "./en_schedules";
import type { enTables } from "./en_tables";
import type { patientEn } from "./patient_en";

export const languages = ["zh-CN", "en"] as const;
export type Language = (typeof languages)[number];

/** Names of the languages in themselves, which are the same in every language. */
export const languageNames: Record<Language, string> = { "zh-CN": "中文", en: "English" };

const storageKey = "cohort.language";

function firstLanguage(): Language {
  const wished = [localStorage.getItem(storageKey), ...navigator.languages];
  for (const wish of wished) {
    if (wish?.startsWith("zh")) return "zh-CN";
    if (wish?.startsWith("en")) return "en";
  }
  return "zh-CN";
}

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "console";
    resources: {
      console: typeof en &
        typeof enAlerts &
        typeof enJobs &
        typeof enPush &
        typeof enRates &
        typeof enResponses &
        typeof enSchedules &
        typeof enTables;
      patient: typeof patientEn;
    };
    // Keys such as the names of actions contain full stops.
    keySeparator: "/";
  }
}

/** Begins with the texts of one entry, under its name, in every language. */
export async function startTexts(
  entry: "console" | "patient",
  texts: Record<Language, object>,
): Promise<void> {
  const language = firstLanguage();
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    defaultNS: entry,
    keySeparator: "/",
    nsSeparator: false,
    resources: {
      "zh-CN": { [entry]: texts["zh-CN"] },
      en: { [entry]: texts.en },
    },
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = language;
  window.addEventListener("storage", followOtherTabs);
}

/** Texts that come with a page which comes when it is asked for. */
export function addTexts(texts: Record<Language, object>): void {
  for (const language of languages)
    i18next.addResourceBundle(language, "console", texts[language], true);
}

async function speak(language: Language): Promise<void> {
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(storageKey, language);
  await speak(language);
}

/** A person has one language: chosen in one tab, it holds in all. */
function followOtherTabs({ key, newValue }: StorageEvent): void {
  const chosen = languages.find((language) => language === newValue);
  if (key === storageKey && chosen) void speak(chosen);
}

export { i18next };
