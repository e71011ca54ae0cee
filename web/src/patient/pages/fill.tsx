// SPDX-License-Identifier: Apache-2.0
// A form being answered: one question a page or all of them, then a look at everything, then Send.
import { useRef, useState, type ReactNode } from "react";
import { newIdempotencyKey } from "@/api/client";
import type { GivenTask } from "@/api/schema";
import { check, type Found } from "../form/check";
import { answered } from "../form/draft";
import { inLanguage } from "../form/form";
import { writeResponse } from "../form/response";
import { stepsOf, type Step } from "../form/steps";
import { press, type TaskPlace } from "../phone/outbox";
import type { Phone } from "../phone/use_phone";
import { usePatientTexts } from "../use_patient_texts";
import { FormPlace } from "./form_place";
import { Page } from "./page";
import { Review } from "./review";
import { StepBody } from "./step_body";
import { stepTitle } from "./step_title";
import { useDraft, type Draft } from "./use_draft";

interface FillProps {
  phone: Phone;
  given: GivenTask;
  status: ReactNode;
  onLeave: () => void;
  onSent: (place: TaskPlace, title: string) => void;
}

export function Fill(props: FillProps) {
  const { t } = usePatientTexts();
  const { phone, given } = props;
  const draft = useDraft(phone.vault, given.task, given.form.id);
  if (draft === null || draft === "missing")
    return (
      <Page title={given.task.name} status={props.status}>
        <p role="status">{t(draft === null ? "loading" : "today/notHere")}</p>
        <button type="button" onClick={props.onLeave}>
          {t("home")}
        </button>
      </Page>
    );
  return <Answering {...props} draft={draft} />;
}

const languageOf = (given: GivenTask, wished: string): string =>
  given.form.languages.find((one) => one.slice(0, 2) === wished.slice(0, 2)) ??
  given.form.languages[0] ??
  wished;

const findingOf = (step: Step): Found | undefined =>
  step.kind === "question" ? check(step.item, step.node) : undefined;

/** The cursor goes to what is to be mended. */
const focusOn = (key: string): void => {
  const place = document.querySelector(`[data-step="${CSS.escape(key)}"]`);
  place?.querySelector<HTMLElement>("input, textarea, select")?.focus();
};

function Answering({ phone, given, status, onLeave, onSent, draft }: FillProps & { draft: Draft }) {
  const { t, i18n } = usePatientTexts();
  const language = languageOf(given, i18n.language);
  const { form, nodes } = draft;
  const steps = stepsOf(form, nodes);
  const [at, setAt] = useState(0);
  const [isAll, setAll] = useState(false);
  const [isReview, setReview] = useState(false);
  /** Where somebody pressed Next, and what is still wrong there is told. */
  const [tried, setTried] = useState<ReadonlySet<string>>(new Set());
  const isPressed = useRef(false);
  const index = Math.min(at, steps.length - 1);
  const shown = isAll ? steps : steps.slice(index, index + 1);

  const goOn = (): void => {
    const wrong = shown.find((step) => findingOf(step));
    setTried(new Set([...tried, ...shown.map(({ key }) => key)]));
    if (wrong) return focusOn(wrong.key);
    if (isAll || index === steps.length - 1) setReview(true);
    else setAt(index + 1);
  };
  const goBack = (): void => {
    if (isReview) setReview(false);
    else if (isAll || index === 0) onLeave();
    else setAt(index - 1);
  };
  const mend = (step: Step): void => {
    setAt(steps.indexOf(step));
    setTried(new Set([...tried, step.key]));
    setReview(false);
  };
  const send = async (): Promise<void> => {
    const wrong = steps.find((step) => findingOf(step));
    if (wrong) return mend(wrong);
    // A second tap comes before anything is drawn anew.
    if (isPressed.current) return;
    isPressed.current = true;
    const { plan, number } = given.task;
    const now = new Date();
    await press(phone.vault, {
      plan,
      number,
      given,
      key: newIdempotencyKey(),
      body: writeResponse(form, answered(form, nodes), language, now),
      draft: nodes,
      pressedAt: now.toISOString(),
    });
    onSent({ plan, number }, given.task.name);
    await phone.look();
  };

  const place = (
    <>
      {status}
      <FormPlace
        number={isAll || isReview ? null : index + 1}
        total={steps.length}
        saving={draft.saving}
      />
    </>
  );
  if (isReview)
    return (
      <Page title={t("review/title")} status={place}>
        <Review steps={steps} language={language} onChange={mend} />
        <div className="actions fixed">
          <button type="button" onClick={goBack}>
            {t("back")}
          </button>
          <button type="button" className="main" onClick={() => void send()}>
            {t("review/send")}
          </button>
        </div>
      </Page>
    );
  const first = shown[0];
  const title = isAll || !first ? inLanguage(form.title, language) : stepTitle(t, first, language);
  const isLast = isAll || index === steps.length - 1;
  return (
    <Page
      title={title || given.task.name}
      id={isAll ? "all" : first?.key}
      headingId={isAll ? undefined : `heading${first?.key ?? ""}`}
      status={place}
    >
      {shown.map((step) => (
        <StepBody
          key={step.key}
          step={step}
          language={language}
          draft={draft}
          isAmongOthers={isAll}
          found={tried.has(step.key) ? findingOf(step) : undefined}
        />
      ))}
      <div className="actions">
        <button type="button" className="plain" aria-pressed={isAll} onClick={() => setAll(!isAll)}>
          {t(isAll ? "form/one" : "form/all")}
        </button>
        <button type="button" className="plain" onClick={onLeave}>
          {t("form/leave")}
        </button>
      </div>
      <div className="actions fixed">
        <button type="button" onClick={goBack}>
          {t("back")}
        </button>
        <button type="button" className="main" onClick={goOn}>
          {t(isLast ? "form/check" : "form/next")}
        </button>
      </div>
    </Page>
  );
}
