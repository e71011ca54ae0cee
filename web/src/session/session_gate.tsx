// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Modal } from "antd";
import { Fragment, useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { asProblem, onSessionEnded, readSession, type Session } from "@/api";
import { LanguageSwitch } from "@/frame/language_switch";
import { Loading } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import { SessionContext } from "./session";
import { SignInForm } from "./sign_in_form";
import { afterTyping } from "./after_typing";
import "./session.css";

/** Shows the page to those who are signed in; a page that loses its session stays as it is. */
export function SessionGate({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [ended, setEnded] = useState(false);
  const session = useQuery({
    queryKey: ["session"],
    queryFn: readSession,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
  useEffect(() => {
    const rest = afterTyping(() => setEnded(true));
    const stop = onSessionEnded(rest.wish);
    return () => {
      stop();
      rest.end();
    };
  }, []);

  const enter = (fresh: Session): void => {
    client.setQueryData(["session"], fresh);
    setEnded(false);
    void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" });
  };

  if (session.isPending) {
    return (
      <main className="sign-in">
        <Loading rows={3} />
      </main>
    );
  }
  if (session.data) {
    return (
      <SessionContext value={session.data}>
        {/* Somebody else begins anew: what was typed waits for the one who typed it. */}
        <Fragment key={session.data.user.id}>{children}</Fragment>
        <Modal
          open={ended}
          title={t("session/ended")}
          footer={null}
          closable={false}
          keyboard={false}
        >
          <p>{t("session/endedLead")}</p>
          {ended && <SignInForm login={session.data.user.login} onDone={enter} />}
        </Modal>
      </SessionContext>
    );
  }
  if (asProblem(session.error).status !== 401) {
    return (
      <main className="sign-in">
        <ProblemPanel error={session.error} onRetry={() => void session.refetch()} />
      </main>
    );
  }
  return <SignInPage onDone={enter} />;
}

function SignInPage({ onDone }: { onDone: (session: Session) => void }) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${t("session/title")} · ${t("app/name")}`;
  }, [t]);
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <div className="sign-in-brand">
          <img src="/icon.svg" alt="" width="40" height="40" />
          <div>
            <strong>{t("app/name")}</strong>
            <span>{t("app/tagline")}</span>
          </div>
        </div>
        <h1>{t("session/title")}</h1>
        <p className="soft">{t("session/lead")}</p>
        <SignInForm onDone={onDone} />
      </div>
      <LanguageSwitch />
    </main>
  );
}
