// SPDX-License-Identifier: Apache-2.0
import { Alert, Button } from "antd";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { asProblem, type Problem } from "@/api";
import { Page } from "./page";

/** What happened and what to do next, in one or two sentences. */
export function problemText(t: TFunction, problem: Problem): string {
  if (problem.code === "no-answer-in-time" || problem.status === 504) return t("problem/slow");
  if (problem.status === 0) return t("problem/offline");
  if (problem.status === 401) return t("problem/signedOut");
  if (problem.status === 403) return t("problem/forbidden");
  if (problem.status === 404) return t("problem/missing");
  if (problem.status === 429) {
    return t("problem/throttled", { seconds: problem.retryAfterSeconds ?? 5 });
  }
  if (problem.status === 503) return t("problem/unavailable");
  if (problem.status >= 500) return t("problem/internal");
  return problem.detail ? `${t("problem/invalid")} ${problem.detail}` : t("problem/invalid");
}

/** For a page or part whose data could not be read: nothing can have been changed by that. */
export function ProblemPanel({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const problem = asProblem(error);
  return (
    <Alert
      type="error"
      showIcon
      title={t("problem/read")}
      description={
        <>
          <p>
            {problemText(t, problem)} {t("problem/unchanged")}
          </p>
          {problem.instance && (
            <p className="soft">{t("problem/reference", { id: problem.instance })}</p>
          )}
          {onRetry && problem.status !== 404 && (
            <Button onClick={onRetry} type="primary">
              {t("app/retry")}
            </Button>
          )}
        </>
      }
    />
  );
}

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("problem/notFound")} lead={t("problem/notFoundHint")}>
      <Link to="/studies">{t("problem/home")}</Link>
    </Page>
  );
}

export function CrashPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("problem/crashed")} lead={t("problem/crashedHint")}>
      <Button type="primary" onClick={() => window.location.reload()}>
        {t("problem/reload")}
      </Button>
    </Page>
  );
}
