// SPDX-License-Identifier: Apache-2.0
import { Skeleton } from "antd";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface PageProps {
  title: string;
  /** A line above the title: where this page belongs. */
  above?: ReactNode;
  /** One sentence of state. */
  lead?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
}

export function Page({ title, above, lead, action, children }: PageProps) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ${t("app/name")}`;
  }, [title, t]);
  return (
    <div className="page">
      <header className="page-head">
        <div>
          {above && <p className="above">{above}</p>}
          <h1>{title}</h1>
          {lead && <p className="lead">{lead}</p>}
        </div>
        {action}
      </header>
      {children}
    </div>
  );
}

/** A skeleton that appears only after 300 ms, so that quick answers do not blink. */
export function Loading({ rows = 6 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div className="late" role="status" aria-label={t("app/loading")}>
      <Skeleton active paragraph={{ rows }} />
    </div>
  );
}

export function EmptyState({
  title,
  hint,
  action,
}: {
  title: string;
  hint?: string;
  action?: ReactNode;
}) {
  return (
    <div className="empty panel-card">
      <svg viewBox="0 0 72 48" aria-hidden="true" fill="none" stroke="#a9b4c2" strokeWidth="2">
        <rect x="8" y="6" width="56" height="36" rx="4" />
        <path d="M8 16h56M26 6v36M44 6v36" />
        <circle cx="35" cy="29" r="4" fill="#e6ebf1" />
      </svg>
      <h2>{title}</h2>
      {hint && <p className="soft">{hint}</p>}
      {action}
    </div>
  );
}
