// SPDX-License-Identifier: Apache-2.0
import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import { useStudyText } from "@/study/use_study";
import type { Field, ShownFinding } from "./fields";
import { findingText } from "./finding_text";
import { focusField } from "./keys";
import { obstacleText, type Obstacle } from "./problems";

interface ErrorSummaryProps {
  fields: Field[];
  findings: ReadonlyMap<string, ShownFinding[]>;
  obstacles: Obstacle[];
}

interface Line {
  key: string;
  field: Field | undefined;
  severity: "soft" | "hard";
  text: string;
}

/** Everything that needs attention, in the order of the form; choosing a line goes to its item. */
export function ErrorSummary({ fields, findings, obstacles }: ErrorSummaryProps) {
  const { t } = useTranslation();
  const text = useStudyText();
  const lines: Line[] = fields.flatMap((field) => {
    const found = (findings.get(field.key) ?? []).map((finding) => ({
      key: `${field.key} ${finding.key}`,
      field,
      severity: finding.severity,
      text: findingText(t, text, finding),
    }));
    const blocking = obstacles
      .filter((obstacle) => obstacle.field?.key === field.key && found.length === 0)
      .map((obstacle, index) => ({
        key: `${field.key} obstacle ${index}`,
        field,
        severity: "hard" as const,
        text: obstacleText(t, text, obstacle),
      }));
    return [...found, ...blocking];
  });
  for (const [index, obstacle] of obstacles.entries()) {
    if (!obstacle.field) {
      const said = obstacleText(t, text, obstacle);
      lines.push({ key: `form ${index}`, field: undefined, severity: "hard", text: said });
    }
  }
  if (lines.length === 0) return null;
  const isHard = lines.some((line) => line.severity === "hard");
  const name = (field: Field | undefined): string =>
    field ? text(field.placed.def.question, field.placed.def.name) : "";
  return (
    <Alert
      id="error-summary"
      className="error-summary"
      type={isHard ? "error" : "warning"}
      showIcon
      title={
        obstacles.length > 0
          ? t("form/notComplete")
          : t("form/summary", { count: new Set(lines.map((line) => line.field?.key)).size })
      }
      description={
        <ul aria-label={t("form/summaryLead")}>
          {lines.map((line) => (
            <li key={line.key}>
              {line.field ? (
                <button
                  type="button"
                  className="number-link"
                  onClick={() => line.field && focusField(line.field.key)}
                >
                  {name(line.field)}
                </button>
              ) : null}{" "}
              {line.text}
            </li>
          ))}
        </ul>
      }
    />
  );
}
