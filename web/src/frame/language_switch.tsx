// SPDX-License-Identifier: Apache-2.0
import { Segmented } from "antd";
import { useTranslation } from "react-i18next";
import { chooseLanguage, languageNames, languages, type Language } from "@/i18n";

export function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  return (
    <Segmented<Language>
      aria-label={t("app/language")}
      value={i18n.language as Language}
      options={languages.map((language) => ({ value: language, label: languageNames[language] }))}
      onChange={(language) => void chooseLanguage(language)}
    />
  );
}
