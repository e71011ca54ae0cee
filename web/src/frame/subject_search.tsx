// SPDX-License-Identifier: Apache-2.0
import { Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { asProblem, readMatrix } from "@/api";
import { problemText } from "./problem_panel";
import { useSay } from "./say";

/** A subject number jumps straight to the subject. */
export function SubjectSearch({ study, onDone }: { study: string; onDone?: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const say = useSay();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);

  const jump = async (typed: string): Promise<void> => {
    const key = typed.trim();
    if (key === "") return;
    setBusy(true);
    try {
      const found = await readMatrix(study, { search: key, offset: 0, limit: 20 });
      const row = found.rows.find((entry) => entry.subject.key === key) ?? found.rows[0];
      if (row && (found.rows.length === 1 || row.subject.key === key)) {
        setText("");
        await navigate(`/studies/${study}/subjects/${row.subject.id}`);
      } else if (row) {
        await navigate(`/studies/${study}?q=${encodeURIComponent(key)}`);
      } else {
        say.warning((t) => t("nav/jumpMissing", { key }));
      }
      onDone?.();
    } catch (error) {
      const problem = asProblem(error);
      say.error((t) => problemText(t, problem));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Input.Search
      aria-label={t("nav/jumpHint")}
      placeholder={t("nav/jump")}
      style={{ width: 190 }}
      value={text}
      loading={busy}
      onChange={(event) => setText(event.target.value)}
      onSearch={(typed) => void jump(typed)}
    />
  );
}
