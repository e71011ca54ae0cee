// SPDX-License-Identifier: Apache-2.0
// What a patient was asked and has answered, in the patient's words.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { readAnswers, type AnswerLine } from "@/api";
import { Loading } from "@/frame/page";
import { ProblemPanel } from "@/frame/problem_panel";

export function Answers({ response }: { response: string }) {
  const { t } = useTranslation();
  const answers = useQuery({
    queryKey: ["answers", response],
    queryFn: ({ signal }) => readAnswers(response, { signal }),
  });
  if (answers.isPending) return <Loading rows={4} />;
  if (answers.error)
    return <ProblemPanel error={answers.error} onRetry={() => void answers.refetch()} />;
  return (
    <>
      <p className="soft">{t("responses/ofSubject", { subject: answers.data.subject })}</p>
      <div className="response-answers" lang={answers.data.language}>
        {answers.data.lines.map((line, at) => (
          <Line key={at} line={line} />
        ))}
      </div>
    </>
  );
}

function Line({ line }: { line: AnswerLine }) {
  const { t, i18n } = useTranslation();
  const inset = { paddingInlineStart: line.depth * 16 };
  if (line.kind === "heading") return <h3 style={inset}>{line.question}</h3>;
  return (
    <dl>
      <dt style={inset}>{line.question}</dt>
      <dd>
        {line.answer || (
          <span className="soft" lang={i18n.language}>
            {t("responses/notAnswered")}
          </span>
        )}
        {line.flagged && (
          <strong className="response-flag" lang={i18n.language}>
            {t("responses/flagged")}
          </strong>
        )}
      </dd>
    </dl>
  );
}
