// SPDX-License-Identifier: Apache-2.0
import type { Found } from "../form/check";
import { freshGroup } from "../form/draft";
import type { Step } from "../form/steps";
import { usePatientTexts } from "../use_patient_texts";
import { Answers } from "./answers";
import { headingTexts, itemText, stepTitle } from "./step_title";
import type { Draft } from "./use_draft";

interface StepBodyProps {
  step: Step;
  language: string;
  draft: Draft;
  /** All are shown: this one brings its own heading. */
  isAmongOthers: boolean;
  found: Found | undefined;
}

/** One step: where it belongs, what is to be read before it, what is asked. */
export function StepBody({ step, language, draft, isAmongOthers, found }: StepBodyProps) {
  const { t } = usePatientTexts();
  const headingId = `heading${step.key}`;
  const errorId = `error${step.key}`;
  const within = headingTexts(t, step, language);
  return (
    <section className="step" data-step={step.key} aria-labelledby={headingId}>
      {within.length > 0 && <p className="within">{within.join(" · ")}</p>}
      {step.notes.map((note) => (
        <p key={note.linkId} className="note">
          {itemText(note, language)}
        </p>
      ))}
      {isAmongOthers && <h2 id={headingId}>{stepTitle(t, step, language)}</h2>}
      {step.kind === "question" && !step.item.required && (
        <p className="soft">{t("form/optional")}</p>
      )}
      {step.kind === "question" && (
        <Answers
          item={step.item}
          node={step.node}
          language={language}
          change={draft.change}
          labels={{ headingId, errorId, isWrong: found !== undefined }}
        />
      )}
      {step.kind === "again" && <Again step={step} draft={draft} />}
      <p id={errorId} role="alert" className="error">
        {found && t(`finding/${found.code}`, { limit: found.limit })}
      </p>
    </section>
  );
}

interface AgainProps {
  step: Extract<Step, { kind: "again" }>;
  draft: Draft;
}

/** Whether a group that may repeat comes once more. */
function Again({ step: { item, siblings, node }, draft }: AgainProps) {
  const { t } = usePatientTexts();
  const count = siblings.filter(({ linkId }) => linkId === item.linkId).length;
  const add = (): void => {
    siblings.splice(siblings.indexOf(node) + 1, 0, freshGroup(item));
  };
  const remove = (): void => {
    siblings.splice(siblings.indexOf(node), 1);
  };
  return (
    <div className="actions">
      {count < (item.maxOccurs ?? Infinity) && (
        <button type="button" onClick={() => draft.change(add)}>
          {t("form/addGroup")}
        </button>
      )}
      {count > 1 && (
        <button type="button" onClick={() => draft.change(remove)}>
          {t("form/removeGroup")}
        </button>
      )}
    </div>
  );
}
