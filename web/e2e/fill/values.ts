// SPDX-License-Identifier: Apache-2.0
// Believable values for any study: from the definition's code lists and checks, and for what a
// reader knows better (a blood pressure that falls under treatment) from a short table.
import type { Change, CheckDef, ItemDef } from "../../src/api/schema";
import type { PlacedGroup, StudyModel } from "../../src/study/model";

export interface Moment {
  subject: number;
  /** Days since enrolment. */
  day: number;
  /** The visit's date, YYYY-MM-DD. */
  date: string;
  row: number;
}

const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % list.length];

/** Spread over 0..1, the same for the same item of the same subject. */
function spread({ subject, day, row }: Moment, item: string): number {
  let mixed = (subject + 1) * 2_654_435_761 + (day + 99) * 40_503 + row * 97;
  for (const letter of item) mixed = (mixed ^ letter.charCodeAt(0)) * 16_777_619;
  return ((mixed >>> 0) % 1_000) / 1_000;
}

const events = ["Headache", "Ankle oedema", "Dizziness on standing", "Dry cough", "头晕"];
const drugs = ["Metformin", "Atorvastatin", "Aspirin", "Omeprazole", "阿卡波糖"];
const reasons = [
  "Type 2 diabetes",
  "Hyperlipidaemia",
  "Secondary prevention",
  "Reflux",
  "2 型糖尿病",
];

const pressure = (moment: Moment, from: number, fall: number, item: string): string =>
  String(
    Math.round(from - fall * Math.min(1, Math.max(0, moment.day) / 84) + spread(moment, item) * 14),
  );

const known: Record<string, (moment: Moment) => string | undefined> = {
  "IT.CONSVER": () => "V2.1",
  "IT.BRTHDAT": ({ subject }) =>
    `${1948 + ((subject * 7) % 38)}-${String((subject % 12) + 1).padStart(2, "0")}`,
  "IT.AGE": ({ subject, date }) => String(Number(date.slice(0, 4)) - (1948 + ((subject * 7) % 38))),
  "IT.HTNDAT": ({ subject }) => String(2009 + (subject % 14)),
  "IT.HEIGHT": (moment) => (156 + spread({ ...moment, day: 0 }, "h") * 26).toFixed(1),
  "IT.WEIGHT": (moment) => (58 + spread({ ...moment, day: 0 }, "w") * 34).toFixed(1),
  "IT.SYSBP": (moment) => pressure(moment, 152, 24, "s"),
  "IT.DIABP": (moment) => pressure(moment, 91, 12, "d"),
  "IT.HBSYS": (moment) => pressure(moment, 146, 22, "s"),
  "IT.HBDIA": (moment) => pressure(moment, 87, 11, "d"),
  "IT.TEMP": (moment) => (36.1 + spread(moment, "t") * 0.8).toFixed(1),
  "IT.RNNO": ({ subject }) => `R${String(1001 + subject)}`,
  "IT.EXBATCH": () => "AML-2409",
  "IT.EXDOSE": ({ subject }) => (subject % 2 ? "5" : "80"),
  "IT.EXOUT": () => "35",
  "IT.AETERM": ({ subject, row }) => pick(events, subject + row),
  "IT.CMTRT": ({ subject, row }) => pick(drugs, subject + row),
  "IT.CMINDC": ({ subject, row }) => pick(reasons, subject + row),
  "IT.ELIGYN": () => "Y",
  "IT.DSREAS": () => "COMPLETED",
};

const limit = (checks: readonly CheckDef[], sign: "GE" | "LE"): number | undefined => {
  const limits = checks
    .filter((check) => check.comparator === sign || check.comparator === sign.replace("E", "T"))
    .map((check) => Number(check.values[0]));
  if (limits.length === 0) return undefined;
  return sign === "GE" ? Math.max(...limits) : Math.min(...limits);
};

/** Between the tightest limits, away from both. */
function numberFor(item: ItemDef, moment: Moment): string {
  const low = limit(item.checks, "GE") ?? 0;
  const high = limit(item.checks, "LE") ?? Math.max(low * 2, low + 9);
  const value = low + (high - low) * (0.25 + spread(moment, item.oid) / 2);
  return item.data_type === "integer" ? String(Math.round(value)) : value.toFixed(1);
}

function valueOf(item: ItemDef, codes: readonly string[], moment: Moment): string {
  const given = known[item.oid]?.(moment);
  if (given !== undefined) return given;
  const exact = item.checks.find((check) => check.comparator === "EQ")?.values[0];
  if (exact !== undefined) return exact;
  if (codes.length > 0)
    return pick(codes, Math.floor(spread(moment, item.oid) ** 2 * codes.length)) ?? "";
  switch (item.data_type) {
    case "date":
    case "partialDate":
      return moment.date;
    case "time":
      return `0${8 + (moment.subject % 2)}:${10 + ((moment.subject * 7) % 49)}`;
    case "datetime":
      return `${moment.date}T09:${10 + ((moment.subject * 11) % 49)}`;
    case "integer":
    case "float":
      return numberFor(item, moment);
    default:
      return "-";
  }
}

/** A row of a group, filled in: the mandatory items, and those a reader expects to see. */
export function rowOf(
  model: StudyModel,
  { def, items }: PlacedGroup,
  repeat: string,
  moment: Moment,
): Change[] {
  return items
    .filter(({ def: item, mandatory }) => mandatory || known[item.oid] !== undefined)
    .map(({ def: item }): Change => {
      const codes = model.codeList(item.code_list)?.entries.map((entry) => entry.value) ?? [];
      const unit = item.unit_oids?.[0];
      return {
        group: def.oid,
        repeat,
        item: item.oid,
        raw: valueOf(item, codes, moment),
        base_version: 0,
        ...(unit ? { unit } : {}),
      };
    });
}
