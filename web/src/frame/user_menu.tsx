// SPDX-License-Identifier: Apache-2.0
import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Divider, Popover } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem, signOut, type Session } from "@/api";
import { hasKeptDrafts } from "@/features/capture/kept";
import { word } from "@/i18n/word";
import { useSession } from "@/session/session";
import { problemText } from "./problem_panel";
import { useSay } from "./say";

/** Each role once, whatever the number of sites it is held at. */
const roleNames = (session: Session): string[] => [
  ...new Set(session.roles.map(({ role }) => role)),
];

export function UserMenu() {
  const { t, i18n } = useTranslation();
  const session = useSession();
  const client = useQueryClient();
  const { modal } = App.useApp();
  const say = useSay();
  const [open, setOpen] = useState(false);
  const roles = roleNames(session).map((role) => word(i18n, "role", role));

  const leave = async (): Promise<void> => {
    try {
      await signOut();
    } catch (error) {
      const problem = asProblem(error);
      if (problem.status !== 401) {
        say.error((t) => problemText(t, problem));
        return;
      }
    }
    // A full load forgets everything the pages held of this person's studies.
    client.clear();
    window.location.assign("/");
  };

  const askAndLeave = (): void => {
    setOpen(false);
    if (!hasKeptDrafts(session.user.id)) {
      void leave();
      return;
    }
    modal.confirm({
      title: t("session/unsavedTitle"),
      content: t("session/unsavedBody"),
      okText: t("session/signOutAnyway"),
      cancelText: t("app/cancel"),
      onOk: leave,
    });
  };

  const content = (
    <div style={{ minWidth: 220 }}>
      <div>{t("session/you", { name: session.user.name })}</div>
      <div className="soft">{session.user.login}</div>
      <Divider style={{ margin: "10px 0" }} />
      <div className="soft">{t("session/roles")}</div>
      {roles.map((role) => (
        <div key={role}>{role}</div>
      ))}
      <Divider style={{ margin: "10px 0" }} />
      <Button block onClick={askAndLeave}>
        {t("session/signOut")}
      </Button>
    </div>
  );

  return (
    <Popover
      content={content}
      trigger="click"
      open={open}
      onOpenChange={setOpen}
      placement="bottomRight"
    >
      <Button type="text" className="user-button" aria-expanded={open} data-testid="user-menu">
        <span>{session.user.name}</span>
        <small>{roles.join(" · ")}</small>
      </Button>
    </Popover>
  );
}
