// SPDX-License-Identifier: Apache-2.0
import { HistoryOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Drawer, Grid } from "antd";
import { useCallback, useMemo, useState, type FocusEvent, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { FormDocument } from "@/api";
import { Page } from "@/frame/page";
import { problemText } from "@/frame/problem_panel";
import { may, useSession } from "@/session/session";
import type { StudyModel } from "@/study/model";
import { siteOf, useStudy, useStudyText } from "@/study/use_study";
import { CompleteButton } from "./complete_button";
import { ContextPanel } from "./context_panel";
import type { Value } from "./draft";
import { ErrorSummary } from "./error_summary";
import {
  findingsOf,
  layOut,
  type AddedRows,
  type Field,
  type GroupRow,
  type GroupView,
} from "./fields";
import { GroupSection } from "./group_section";
import { focusField, focusNext, ownsEnter } from "./keys";
import { LeaveGuard } from "./leave_guard";
import { NextForm } from "./next_form";
import { MergeView } from "./merge_view";
import { allFields, type Obstacle } from "./problems";
import { ReasonDialog } from "./reason_dialog";
import { SaveLine, SaveTrouble } from "./save_status";
import { useFormDraft } from "./use_form_draft";

interface FormEntryProps {
  model: StudyModel;
  document: FormDocument;
}

export function FormEntry({ model, document }: FormEntryProps) {
  const { t } = useTranslation();
  const text = useStudyText();
  const session = useSession();
  const client = useQueryClient();
  const { message } = App.useApp();
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
  const [removing, setRemoving] = useState<{ group: GroupView; row: GroupRow }>();
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

  const onBlur = (event: FocusEvent): void => {
    const own = (event.target as Element).closest("[data-field]");
    if (!own || own.contains(event.relatedTarget)) return;
    const key = own.getAttribute("data-field") ?? "";
    if (draft.getSnapshot().save.kind === "needs_reason" && draft.getSnapshot().edits.has(key)) {
      // Asked once for each value: who puts it off must be able to leave the item by keyboard.
      if (putOff.get(key) !== draft.getSnapshot().edits.get(key)?.raw) setDialog("reason");
      return;
    }
    void draft.flush();
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void draft.flush().then(() => {
        if (draft.getSnapshot().save.kind === "needs_reason") setDialog("reason");
      });
    } else if (event.key === "F2") {
      event.preventDefault();
      if (isWide) window.document.getElementById("item-history")?.focus();
      else setContextOpen(true);
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      const target = event.target as HTMLElement;
      if (!target.closest("[data-field]") || ownsEnter(target)) return;
      event.preventDefault();
      if (!focusNext(target)) window.document.getElementById("complete-form")?.focus();
    }
  };

  const people = current.people ?? {};
  const nameOf = (user: string | undefined): string =>
    (user && people[user]) || (user === session.user.id ? session.user.name : t("merge/someone"));

  const removeRow = async (group: GroupView, row: GroupRow, reason: string): Promise<void> => {
    const oid = group.group.def.oid;
    const problem = await draft.removeRow(oid, row.repeat, reason);
    setRemoving(undefined);
    if (problem?.status === 412) {
      message.warning(t("form/rowChanged"));
      void client.invalidateQueries({ queryKey: ["form", current.id] });
    } else if (problem) {
      message.error(`${problemText(t, problem)} ${t("problem/unchanged")}`);
    } else {
      setAdded(
        new Map(added).set(
          oid,
          (added.get(oid) ?? []).filter((n) => n !== row.repeat),
        ),
      );
    }
  };

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
          <span className={`badge badge-${current.state}`} data-testid="form-state">
            {t(`form/state/${current.state}`)}
          </span>
          <Link to={`/studies/${study}/forms/${current.id}/life`}>{t("form/life")}</Link>
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
      <LeaveGuard draft={draft} />
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
              onRemove={(row) =>
                row.fields.some(({ address }) => draft.valueOf(address).raw !== "") ||
                row.fields.some(({ address }) => draft.saved(address))
                  ? setRemoving({ group, row })
                  : void removeRow(group, row, "")
              }
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
                      ?.scrollIntoView({ block: "nearest" });
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
      <ReasonDialog
        open={removing !== undefined}
        title={t("form/removeTitle")}
        lead={t("form/removeLead")}
        okText={t("form/remove")}
        isDanger
        onReason={(reason) => removing && void removeRow(removing.group, removing.row, reason)}
        onLater={() => setRemoving(undefined)}
      />
    </Page>
  );
}
