// SPDX-License-Identifier: Apache-2.0
// Reads the demo study's ODM file into the shape of GET /studies/{study}/definition.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";
import type { Comparator, Definition, EventDef, Reference, Text } from "../../src/api/schema";

export interface DemoStudy {
  name: string;
  description: string;
  protocol: string;
  definition: Definition;
}

const texts = (parent: Element | null): Text =>
  Object.fromEntries(
    children(parent, "TranslatedText").map((text) => [
      text.getAttribute("xml:lang") ?? "und",
      text.textContent?.trim() ?? "",
    ]),
  );

function children(parent: Element | null, name: string): Element[] {
  return [...(parent?.children ?? [])].filter((child) => child.localName === name);
}

const child = (parent: Element, name: string): Element | null => children(parent, name)[0] ?? null;
const attribute = (element: Element, name: string): string => element.getAttribute(name) ?? "";
const number = (element: Element, name: string): number | null =>
  element.hasAttribute(name) ? Number(element.getAttribute(name)) : null;

const references = (parent: Element, name: string): Reference[] =>
  children(parent, `${name}Ref`).map((reference) => ({
    oid: attribute(reference, `${name}OID`),
    mandatory: reference.getAttribute("Mandatory") === "Yes",
  }));

const named = (element: Element) => ({
  oid: attribute(element, "OID"),
  name: attribute(element, "Name"),
  title: texts(child(element, "Description")),
  repeating: element.getAttribute("Repeating") === "Yes",
});

function eventOf(element: Element): EventDef {
  const day = number(element, "cohort:WindowDay");
  return {
    ...named(element),
    mandatory: false,
    type: attribute(element, "Type").toLowerCase() as EventDef["type"],
    forms: references(element, "Form"),
    ...(day === null
      ? {}
      : {
          window: {
            day,
            minus: number(element, "cohort:WindowMinus") ?? 0,
            plus: number(element, "cohort:WindowPlus") ?? 0,
          },
        }),
  };
}

const itemOf = (element: Element): Definition["items"][number] => ({
  oid: attribute(element, "OID"),
  name: attribute(element, "Name"),
  question: texts(child(element, "Question")),
  help: texts(child(element, "Description")),
  data_type: attribute(element, "DataType"),
  length: number(element, "Length") ?? undefined,
  significant_digits: number(element, "SignificantDigits") ?? undefined,
  unit_oids: children(element, "MeasurementUnitRef").map((unit) =>
    attribute(unit, "MeasurementUnitOID"),
  ),
  code_list: child(element, "CodeListRef")?.getAttribute("CodeListOID") ?? undefined,
  checks: children(element, "RangeCheck").map((check, index) => {
    const unit = child(check, "MeasurementUnitRef")?.getAttribute("MeasurementUnitOID");
    return {
      id: `range-${index + 1}`,
      comparator: attribute(check, "Comparator") as Comparator,
      values: children(check, "CheckValue").map((value) => value.textContent?.trim() ?? ""),
      severity: check.getAttribute("SoftHard") === "Soft" ? "soft" : "hard",
      message: texts(child(check, "ErrorMessage")),
      ...(unit ? { unit } : {}),
    };
  }),
});

export function readDemoStudy(path: string): DemoStudy {
  const { document } = new JSDOM(readFileSync(path, "utf8"), { contentType: "text/xml" }).window;
  const all = (name: string): Element[] => [...document.getElementsByTagName(name)];
  const text = (name: string): string => all(name)[0]?.textContent?.trim() ?? "";
  const version = all("MetaDataVersion")[0];
  return {
    name: text("StudyName"),
    description: text("StudyDescription"),
    protocol: text("ProtocolName"),
    definition: {
      metadata_version: {
        oid: version?.getAttribute("OID") ?? "",
        name: version?.getAttribute("Name") ?? "",
      },
      languages: ["en", "zh-CN"],
      events: all("StudyEventDef").map(eventOf),
      forms: all("FormDef").map((form) => ({
        ...named(form),
        groups: references(form, "ItemGroup"),
      })),
      groups: all("ItemGroupDef").map((group) => ({
        ...named(group),
        items: references(group, "Item"),
      })),
      items: all("ItemDef").map(itemOf),
      code_lists: all("CodeList").map((list) => ({
        oid: attribute(list, "OID"),
        name: attribute(list, "Name"),
        data_type: attribute(list, "DataType"),
        external: false,
        entries: children(list, "CodeListItem").map((entry) => ({
          value: attribute(entry, "CodedValue"),
          text: texts(child(entry, "Decode")),
        })),
      })),
      units: all("MeasurementUnit").map((unit) => ({
        oid: attribute(unit, "OID"),
        name: attribute(unit, "Name"),
        symbol: texts(child(unit, "Symbol")),
      })),
    },
  };
}
