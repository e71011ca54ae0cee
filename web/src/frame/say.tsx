// SPDX-License-Identifier: Apache-2.0
import { App } from "antd";
import type { TFunction } from "i18next";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

/** Words in whatever language is spoken by then. */
type Words = (t: TFunction) => string;

function Said({ words }: { words: Words }) {
  const { t } = useTranslation();
  return words(t);
}

/** Says something for a moment, at the top of the page. It follows when the language is changed. */
export function useSay() {
  const { message } = App.useApp();
  return useMemo(() => {
    const how = (kind: "success" | "info" | "warning" | "error") => (words: Words) => {
      void message[kind](<Said words={words} />);
    };
    return {
      success: how("success"),
      info: how("info"),
      warning: how("warning"),
      error: how("error"),
    };
  }, [message]);
}
