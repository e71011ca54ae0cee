// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { en } from "./en";
import { enAlerts } from "./en_alerts";
import { enJobs } from "./en_jobs";
import { enPush } from "./en_push";
import { enRates } from "./en_rates";
import { enResponses } from "./en_responses";
import { enSchedules } from "./en_schedules";
import { enTables } from "./en_tables";
import { patientEn } from "./patient_en";
import { patientZh } from "./patient_zh";
import { zh } from "./zh";
import { zhAlerts } from "./zh_alerts";
import { zhJobs } from "./zh_jobs";
import { zhPush } from "./zh_push";
import { zhRates } from "./zh_rates";
import { zhResponses } from "./zh_responses";
import { zhSchedules } from "./zh_schedules";
import { zhTables } from "./zh_tables";

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, entry] of Object.entries(tree)) {
    const here = path === "" ? key : `${path}/${key}`;
    if (typeof entry === "string") found.set(here, entry);
    else flat(entry, here).forEach((text, inner) => found.set(inner, text));
  }
  return found;
}

const english = flat({
  ...en,
  ...enAlerts,
  ...enJobs,
  ...enPush,
  ...enRates,
  ...enResponses,
  ...enSchedules,
  ...enTables,
  patient: patientEn,
});
const chinese = flat({
  ...zh,
  ...zhAlerts,
  ...zhJobs,
  ...zhPush,
  ...zhRates,
  ...zhResponses,
  ...zhSchedules,
  ...zhTables,
  patient: patientZh,
});
const places = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)(?:, number)?\}\}/g)].map((m) => m[1] ?? "");

test("both languages have the same keys; Chinese has no singular", () => {
  const expected = [...english.keys()].filter((key) => !key.endsWith("_one")).sort();
  expect([...chinese.keys()].sort()).toEqual(expected);
});

test("both languages fill in the same values", () => {
  for (const [key, text] of chinese) {
    expect([key, places(text).sort()]).toEqual([key, places(english.get(key) ?? "").sort()]);
  }
});

test("no text is empty, and no Chinese text was left in English", () => {
  const alike = ["app/name", "app/none", "form/title"];
  for (const [key, text] of english) expect([key, text.trim()]).not.toEqual([key, ""]);
  for (const [key, text] of chinese) {
    const isFormat = !/[A-Za-z]{2}/.test(
      text.replaceAll(/\{\{\w+(?:, number)?\}\}|[YMDHTUC]{2,}/g, ""),
    );
    if (!alike.includes(key) && !isFormat) expect([key, text]).not.toEqual([key, english.get(key)]);
  }
});

test("Chinese texts use full-width punctuation between Chinese words", () => {
  for (const [key, text] of chinese) {
    expect([key, /[\u4e00-\u9fff][,;:?!]/.test(text)]).toEqual([key, false]);
  }
});

/** Every .tsx and .ts file of the pages but its tests and the two languages. */
function sources(folder = "src"): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    const isText = path.startsWith(join("src", "i18n")) || /\.test\.tsx?$/.test(path);
    return /\.tsx?$/.test(path) && !isText ? [path] : [];
  });
}

const spoken = new Set(
  "title placeholder alt aria-label aria-description label tooltip description message okText cancelText extra help subTitle".split(
    " ",
  ),
);
const isWord = (text: string): boolean => /\p{L}{2}/u.test(text);

function rawStrings(path: string): string[] {
  const file = ts.createSourceFile(
    path,
    readFileSync(path, "utf8"),
    ts.ScriptTarget.Latest,
    true,
    path.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  );
  const found: string[] = [];
  const report = (node: ts.Node, text: string): void => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${path}:${line + 1}: ${text.trim()}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node) && isWord(node.text)) report(node, node.text);
    if (ts.isJsxAttribute(node) && spoken.has(node.name.getText()) && node.initializer) {
      if (ts.isStringLiteral(node.initializer) && isWord(node.initializer.text)) {
        report(node, node.initializer.text);
      }
    }
    if (ts.isJsxExpression(node) && node.expression && ts.isStringLiteral(node.expression)) {
      const inText = ts.isJsxElement(node.parent) || ts.isJsxFragment(node.parent);
      if (inText && isWord(node.expression.text)) report(node, node.expression.text);
    }
    const isLiteral =
      ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateTail(node);
    if (isLiteral && /\p{Script=Han}/u.test(node.text)) report(node, node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

test("no page holds a text of its own", () => {
  expect(sources().flatMap(rawStrings)).toEqual([]);
});
