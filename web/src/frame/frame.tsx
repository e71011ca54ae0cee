// SPDX-License-Identifier: Apache-2.0
import {
  AlertOutlined,
  ApartmentOutlined,
  AuditOutlined,
  DashboardOutlined,
  DatabaseOutlined,
  FormOutlined,
  MenuOutlined,
  SendOutlined,
  TableOutlined,
  TeamOutlined,
  ThunderboltOutlined,
} from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Drawer, Grid, Layout, Menu, Select, type MenuProps } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Outlet, useLocation, useNavigate, useParams } from "react-router";
import { listStudies } from "@/api";
import { may, useSession } from "@/session/session";
import { LanguageSwitch } from "./language_switch";
import { SubjectSearch } from "./subject_search";
import { UserMenu } from "./user_menu";

/** The key of the menu entry that the address belongs to. */
function placeOf(pathname: string): string {
  if (pathname.startsWith("/system")) return "/system";
  if (pathname.startsWith("/people")) return "/people";
  if (pathname.startsWith("/jobs")) return "/jobs";
  const study = /^\/studies\/([^/]+)(\/audit|\/tables|\/responses|\/alerts|\/push)?/.exec(pathname);
  return study ? `/studies/${study[1]}${study[2] ?? ""}` : "/studies";
}

function useEntries(study: string | undefined): MenuProps["items"] {
  const { t } = useTranslation();
  const session = useSession();
  const entry = (key: string, icon: React.ReactNode, label: string) => ({
    key,
    icon,
    label: <Link to={key}>{label}</Link>,
  });
  return [
    entry("/studies", <ApartmentOutlined />, t("nav/studies")),
    ...(study ? [entry(`/studies/${study}`, <TableOutlined />, t("nav/subjects"))] : []),
    ...(study && may(session, "subject.view", { study })
      ? [entry(`/studies/${study}/responses`, <FormOutlined />, t("nav/responses"))]
      : []),
    ...(study && may(session, "form.view", { study })
      ? [entry(`/studies/${study}/alerts`, <AlertOutlined />, t("nav/alerts"))]
      : []),
    ...(study && may(session, "export.run", { study })
      ? [entry(`/studies/${study}/tables`, <DatabaseOutlined />, t("nav/tables"))]
      : []),
    ...(study && may(session, "audit.view", { study })
      ? [entry(`/studies/${study}/audit`, <AuditOutlined />, t("nav/audit"))]
      : []),
    ...(study && may(session, "job.view", { study })
      ? [entry(`/studies/${study}/push`, <SendOutlined />, t("nav/push"))]
      : []),
    ...(may(session, "job.view") ? [entry("/jobs", <ThunderboltOutlined />, t("nav/jobs"))] : []),
    ...(may(session, "user.manage") ? [entry("/people", <TeamOutlined />, t("nav/people"))] : []),
    ...(may(session, "system.view")
      ? [entry("/system", <DashboardOutlined />, t("nav/system"))]
      : []),
  ];
}

function StudySwitch({ study }: { study: string | undefined }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const studies = useQuery({ queryKey: ["studies"], queryFn: listStudies });
  if (!studies.data || studies.data.length === 0 || !study) return null;
  return (
    <Select
      aria-label={t("nav/study")}
      className="study-switch"
      style={{ minWidth: 160, maxWidth: 340, flex: "0 1 auto" }}
      value={study}
      popupMatchSelectWidth={false}
      options={studies.data.map((entry) => ({ value: entry.id, label: entry.name }))}
      onChange={(chosen: string) => void navigate(`/studies/${chosen}`)}
    />
  );
}

function EnvironmentBanner() {
  const { t, i18n } = useTranslation();
  const environment = useSession().environment;
  if (!environment || environment === "production") return null;
  const known = `app/environment/${environment}`;
  return (
    <div className="frame-environment" role="note">
      {i18n.exists(known) ? t(known as "app/environment/training") : environment}
    </div>
  );
}

export function Frame() {
  const { t } = useTranslation();
  const { study } = useParams();
  const { pathname } = useLocation();
  const [open, setOpen] = useState(false);
  const isWide = Grid.useBreakpoint().lg ?? true;
  const menu = (
    <nav aria-label={t("nav/main")}>
      <Menu
        mode="inline"
        items={useEntries(study)}
        selectedKeys={[placeOf(pathname)]}
        onClick={() => setOpen(false)}
      />
    </nav>
  );
  return (
    <Layout className="frame">
      <a className="skip" href="#content">
        {t("app/skip")}
      </a>
      <EnvironmentBanner />
      <Layout.Header className="frame-header">
        {!isWide && (
          <Button
            type="text"
            icon={<MenuOutlined />}
            aria-label={t("app/menu")}
            onClick={() => setOpen(true)}
          />
        )}
        <Link to="/studies" className="frame-brand">
          <img src="/icon.svg" alt="" />
          {t("app/name")}
        </Link>
        {isWide && <StudySwitch study={study} />}
        <div className="frame-space" />
        {isWide && study && <SubjectSearch study={study} />}
        {isWide && <LanguageSwitch />}
        <UserMenu />
      </Layout.Header>
      <Layout hasSider={isWide}>
        {isWide ? (
          <Layout.Sider width={200} className="frame-sider">
            {menu}
          </Layout.Sider>
        ) : (
          <Drawer
            open={open}
            placement="left"
            size={300}
            onClose={() => setOpen(false)}
            title={t("app/name")}
            styles={{ body: { padding: "8px 0" } }}
          >
            {menu}
            <div style={{ display: "grid", gap: 12, padding: 16 }}>
              <StudySwitch study={study} />
              {study && <SubjectSearch study={study} onDone={() => setOpen(false)} />}
              <LanguageSwitch />
            </div>
          </Drawer>
        )}
        <Layout.Content className="frame-main" id="content" role="main" tabIndex={-1}>
          <Outlet />
        </Layout.Content>
      </Layout>
    </Layout>
  );
}
