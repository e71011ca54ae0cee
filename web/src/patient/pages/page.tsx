// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, type ReactNode } from "react";
import { chooseLanguage, languageNames, languages, type Language } from "@/i18n";
import { usePatientTexts } from "../use_patient_texts";

interface PageProps {
  title: string;
  /** Another one is another page: its heading gets the focus. */
  id?: string;
  /** How it stands, above everything: where, saved, connected. */
  status?: ReactNode;
  headingId?: string;
  children: ReactNode;
}

/** One page: the state in words, a heading with the focus, what it is about, the language. */
export function Page({ title, id = title, status, headingId, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [id]);
  return (
    <>
      <header className="above">
        {status}
        <LanguageChoice />
      </header>
      <main>
        <h1 ref={heading} id={headingId} tabIndex={-1}>
          {title}
        </h1>
        {children}
      </main>
    </>
  );
}

function LanguageChoice() {
  const { t, i18n } = usePatientTexts();
  return (
    <nav className="languages" aria-label={t("language")}>
      {languages.map((language: Language) => (
        <button
          key={language}
          type="button"
          className="plain"
          lang={language}
          aria-pressed={i18n.language === language}
          onClick={() => void chooseLanguage(language)}
        >
          {languageNames[language]}
        </button>
      ))}
    </nav>
  );
}
