// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { setAnswer } from "../form/draft";
import { usePatientTexts } from "../use_patient_texts";
import { aria, type OneAnswerProps } from "./answer_props";

/** What the server takes in one set of answers, less what the other answers may need. */
const mostBytes = 600_000;

async function base64Of(file: File): Promise<string> {
  const reader = new FileReader();
  return new Promise((resolve, reject) => {
    reader.onload = () => resolve(String(reader.result).split(",")[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

export function FileAnswer({ item, node, index, change, labels }: OneAnswerProps) {
  const { t } = usePatientTexts();
  const [isTooLarge, setTooLarge] = useState(false);
  const answer = node.answers[index];
  const given = answer?.value?.kind === "attachment" ? answer.value.attachment : undefined;

  async function take(file: File | undefined): Promise<void> {
    if (!file) return;
    const isLarge = file.size > Math.min(item.maxSize ?? Infinity, mostBytes);
    setTooLarge(isLarge);
    if (isLarge) return;
    const attachment = {
      contentType: file.type || "application/octet-stream",
      data: await base64Of(file),
      title: file.name,
      size: file.size,
    };
    change(() => setAnswer(item, node, index, { value: { kind: "attachment", attachment } }));
  }
  if (given)
    return (
      <div className="actions">
        <p>{t("form/fileTaken", { name: given.title })}</p>
        <button type="button" onClick={() => change(() => setAnswer(item, node, index, undefined))}>
          {t("form/remove")}
        </button>
      </div>
    );
  return (
    <>
      <p className="soft">{t("form/file")}</p>
      <input
        type="file"
        accept={item.mimeTypes.join(",") || undefined}
        {...aria(labels)}
        onChange={({ target }) => void take(target.files?.[0])}
      />
      <p role="alert" className="error">
        {isTooLarge && t("finding/large")}
      </p>
    </>
  );
}
