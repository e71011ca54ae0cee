// SPDX-License-Identifier: Apache-2.0
// The report of a submission, and what became of the mail that tells of it.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { asProblem, readReport, type ReportMail } from "@/api";
import { Loading } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";
import { Time } from "@/frame/time";
import { word } from "@/i18n/word";

const lookAgainMs = 3_000;

export function Report({ response }: { response: string }) {
  const { t } = useTranslation();
  const report = useQuery({
    queryKey: ["report", response],
    queryFn: ({ signal }) => readReport(response, { signal }),
    refetchInterval: ({ state }) => (state.data ? false : lookAgainMs),
  });
  if (report.isPending) return <Loading rows={2} />;
  if (report.error && asProblem(report.error).code === "report")
    return <p className="soft">{t("responses/reportWaits")}</p>;
  if (report.error)
    return <ProblemPanel error={report.error} onRetry={() => void report.refetch()} />;
  return (
    <>
      <p>
        <a href={`/api/v1/responses/${response}/report.pdf`} download>
          {t("responses/fetch")}
        </a>
      </p>
      <p className="soft">{t("responses/fetchHint")}</p>
      <dl className="response-facts">
        <div>
          <dt>{t("responses/madeAt")}</dt>
          <dd>
            <Time at={report.data.made_at} />
          </dd>
        </div>
        <div>
          <dt>{t("responses/digest")}</dt>
          <dd className="response-digest">{report.data.digest}</dd>
        </div>
      </dl>
      <h3>{t("responses/mails")}</h3>
      <Mails mails={report.data.mails} />
    </>
  );
}

function Mails({ mails }: { mails: readonly ReportMail[] }) {
  const { t, i18n } = useTranslation();
  if (mails.length === 0) return <p className="soft">{t("responses/noMail")}</p>;
  return (
    <ul className="response-alerts">
      {mails.map((mail) => (
        <li key={mail.at}>
          <strong>{word(i18n, "fate", mail.fate)}</strong> · <Time at={mail.at} />{" "}
          <span className="soft">{mail.reply}</span>
        </li>
      ))}
    </ul>
  );
}
