// SPDX-License-Identifier: Apache-2.0
import { HistoryOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Drawer, Grid } from "antd";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { FormDocument } from "@/api";
import { Page } from "@/frame/page";
import { may, useSession } from "@/session/session";
import type { StudyModel } from "@/study/model";
import { siteOf, useStudy, useStudyText } from "@/study/use_study";
import { CompleteButton } from "./complete_button";
import { ContextPanel } from "./context_panel";
import type { Value } from "./draft_types";
import { ErrorSummary } from "./error_summary";
import { findingsOf, layOut, type AddedRows, type Field } from "./fields";
import { GroupSection } from "./group_section";
import { focusField } from "./keys";
import { LeaveGuard } from "./leave_guard";
import { NextForm } from "./next_form";
import { MergeView } from "./merge_view";
import { formPath } from "./place";
import { allFields, type Obstacle } from "./problems";
import { ReasonDialog } from "./reason_dialog";
import { SaveLine, SaveTrouble } from "./save_status";
import { useEntryKeys } from "./use_entry_keys";
import { useFormDraft } from "./use_form_draft";
import { useRowRemoval } from "./use_row_removal";

interface FormEntryProps {
  model: StudyModel;
  document: FormDocument;
}

export function FormEntry({ model, document }: FormEntryProps) {
  const { t } = useTranslation();
  const text = useStudyText();
  const session = useSession();
  const client = useQueryClient();
  const { draft, snapshot } = useFormDraft(document, model);
  const current = snapshot.document;
  const study = current.study;
  const zone = siteOf(useStudy(study).data?.sites, current.site)?.time_zone;
  const isWide = Grid.useBreakpoint().lg ?? true;
  const mayEdit = may(session, "form.edit", { study, site: current.site });

  const [added, setAdded] = useState<AddedRows>(new Map());
  const [focused, setFocused] = useState<string>();
  const [obstacles, setObstacles] = useState<Obstacle[]>([]);
  const [dialog, setDialog] = useState<"none" | "merge" | "reason" | "later">("none");
  const [putOff, setPutOff] = useState<ReadonlyMap<string, string>>(new Map());
  const [contextOpen, setContextOpen] = useState(false);

  const placed = useMemo(() => model.groupsOf(current.form.oid), [model, current.form.oid]);
  const groups = layOut(placed, snapshot, added);
  const fields = allFields(groups);
  const field = fields.find((entry) => entry.key === focused);
  const form = model.form(current.form.oid);
  const event = model.event(current.event.oid);
  const title = text(form?.title, form?.name ?? current.form.oid);
  const visit = text(event?.title, event?.name ?? current.event.oid);

  const onEdit = useCallback(
    (changed: Field, part: Partial<Value>) => {
      setObstacles((before) => before.filter((entry) => entry.field?.key !== changed.key));
      draft.edit(changed.address, part);
    },
    [draft],
  );

  const save = snapshot.save;
  // A conflict or a missing reason asks once by itself; put off, it waits behind its button.
  const asks =
    save.kind === "conflict" ? "merge" : save.kind === "needs_reason" ? "reason" : "none";
  const [asked, setAsked] = useState<string>("none");
  if (asks !== asked && (asks === "none" || save.kind === "conflict")) {
    setAsked(asks);
    setDialog(asks);
  }

  const { onBlur, onKeyDown } = useEntryKeys({
    draft,
    putOff,
    onReason: () => setDialog("reason"),
    onHistory: () => {
      if (isWide) window.document.getElementById("item-history")?.focus();
      else setContextOpen(true);
    },
  });

  const people = current.people ?? {};
  const nameOf = (user: string | undefined): string =>
    (user && people[user]) || (user === session.user.id ? session.user.name : t("merge/someone"));

  const removal = useRowRemoval(draft, (group, repeat) => {
    const left = (added.get(group) ?? []).filter((key) => key !== repeat);
    setAdded(new Map(added).set(group, left));
  });

  const findings = new Map(
    fields.map((entry) => [entry.key, findingsOf(entry, model, draft, snapshot)]),
  );
  const context = (
    <ContextPanel
      form={current.id}
      version={current.version}
      field={field}
      model={model}
      zone={zone}
    />
  );

  return (
    <Page
      title={t("form/title", { form: title })}
      above={
        <>
          <Link to={`/studies/${study}`}>{t("form/toMatrix")}</Link>
          {" / "}
          <Link to={`/studies/${study}/subjects/${current.subject.id}`}>
            {t("form/where", { subject: current.subject.key, visit })}
          </Link>
        </>
      }
      lead={
        <span className="form-lead">
          <span
            className={`badge badge-${current.id === "" ? "not_begun" : current.state}`}
            data-testid="form-state"
          >
            {current.id === "" ? t("form/notBegun") : t(`form/state/${current.state}`)}
          </span>
          {current.id !== "" && (
            <Link to={`${formPath(study, current.id)}/life`}>{t("form/life")}</Link>
          )}
        </span>
      }
      action={
        !isWide && (
          <Button icon={<HistoryOutlined />} onClick={() => setContextOpen(true)}>
            {t("form/context")}
          </Button>
        )
      }
    >
      <LeaveGuard draft={draft} document={current} />
      <div className="form-columns">
        <div className="form-main" onKeyDown={onKeyDown} onBlur={onBlur}>
          {!mayEdit && <Alert type="info" showIcon title={t("form/readOnly")} />}
          {snapshot.restored > 0 && save.kind !== "saved" && (
            <Alert
              type="info"
              showIcon
              closable
              title={t("form/restored", { count: snapshot.restored })}
            />
          )}
          <SaveTrouble
            save={save}
            draft={draft}
            onCompare={() => setDialog("merge")}
            onReason={() => setDialog("reason")}
          />
          <ErrorSummary fields={fields} findings={findings} obstacles={obstacles} />
          {groups.length === 0 && <p className="soft">{t("form/noItems")}</p>}
          {groups.map((group) => (
            <GroupSection
              key={group.group.def.oid}
              view={group}
              model={model}
              draft={draft}
              snapshot={snapshot}
              findings={findings}
              obstacles={obstacles}
              disabled={!mayEdit}
              zone={zone}
              nameOf={nameOf}
              onFocus={setFocused}
              onEdit={onEdit}
              onAdd={() => {
                const oid = group.group.def.oid;
                const repeat = group.nextRepeat;
                setAdded(new Map(added).set(oid, [...(added.get(oid) ?? []), repeat]));
                const first = group.group.items[0]?.def.oid;
                requestAnimationFrame(() => first && focusField(`${oid}/${repeat}/${first}`));
              }}
              onRemove={(row) => removal.ask({ group, row })}
            />
          ))}
          <footer className="form-foot panel-card">
            <SaveLine save={save} zone={zone} />
            <span className="soft form-keys">{t("form/keys")}</span>
            {current.state === "complete" && <NextForm document={current} model={model} />}
            {mayEdit && may(session, "form.complete", { study, site: current.site }) && (
              <CompleteButton
                draft={draft}
                snapshot={snapshot}
                groups={groups}
                findings={findings}
                model={model}
                onObstacles={(found) => {
                  setObstacles(found);
                  const first = found.find((entry) => entry.field)?.field;
                  requestAnimationFrame(() => {
                    window.document
                      .getElementById("error-summary")
                      ?.scrollIntoView({ block: "start" });
                    if (first) focusField(first.key);
                  });
                }}
                onDone={() => {
                  setObstacles([]);
                  void client.invalidateQueries({ queryKey: ["matrix", study] });
                  void client.invalidateQueries({ queryKey: ["subject", current.subject.id] });
                }}
              />
            )}
          </footer>
        </div>
        {isWide ? (
          <aside className="form-context panel-card" aria-label={t("form/context")}>
            {context}
          </aside>
        ) : (
          <Drawer
            open={contextOpen}
            placement="bottom"
            title={t("form/context")}
            onClose={() => setContextOpen(false)}
          >
            {context}
          </Drawer>
        )}
      </div>
      {save.kind === "conflict" && (
        <MergeView
          conflicts={save.conflicts}
          snapshot={snapshot}
          model={model}
          zone={zone}
          nameOf={nameOf}
          open={dialog === "merge"}
          onLater={() => setDialog("later")}
          onChoose={(choices) =>
            void draft
              .resolve(choices)
              .then(() => client.invalidateQueries({ queryKey: ["form", current.id] }))
          }
        />
      )}
      <ReasonDialog
        open={dialog === "reason" && save.kind === "needs_reason"}
        title={t("form/reasonTitle")}
        lead={t("form/reasonLead")}
        okText={t("form/reasonSave")}
        onReason={(reason) => {
          setDialog("none");
          void draft.giveReason(reason);
        }}
        onLater={() => {
          setPutOff(new Map([...snapshot.edits].map(([key, edit]) => [key, edit.raw])));
          setDialog("later");
        }}
      />
      {removal.dialog}
    </Page>
  );
}
