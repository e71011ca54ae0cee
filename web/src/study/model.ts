// SPDX-License-Identifier: Apache-2.0
// A study definition made quick to look things up in.
import type {
  CodeListDef,
  Definition,
  EventDef,
  FormDef,
  GroupDef,
  ItemAddress,
  ItemDef,
  UnitDef,
} from "@/api";

export interface PlacedItem {
  def: ItemDef;
  mandatory: boolean;
}

export interface PlacedGroup {
  def: GroupDef;
  mandatory: boolean;
  items: PlacedItem[];
}

export interface StudyModel {
  definition: Definition;
  event: (oid: string) => EventDef | undefined;
  form: (oid: string) => FormDef | undefined;
  group: (oid: string) => GroupDef | undefined;
  item: (oid: string) => ItemDef | undefined;
  codeList: (oid: string | null | undefined) => CodeListDef | undefined;
  unit: (oid: string | null | undefined) => UnitDef | undefined;
  groupsOf: (form: string) => PlacedGroup[];
}

const byOid = <T extends { oid: string }>(list: T[]): Map<string, T> =>
  new Map(list.map((entry) => [entry.oid, entry]));

export function studyModel(definition: Definition): StudyModel {
  const events = byOid(definition.events);
  const forms = byOid(definition.forms);
  const groups = byOid(definition.groups);
  const items = byOid(definition.items);
  const codeLists = byOid(definition.code_lists);
  const units = byOid(definition.units);
  const place = (group: GroupDef, mandatory: boolean): PlacedGroup => ({
    def: group,
    mandatory,
    items: group.items.flatMap((reference) => {
      const def = items.get(reference.oid);
      return def ? [{ def, mandatory: reference.mandatory }] : [];
    }),
  });
  return {
    definition,
    event: (oid) => events.get(oid),
    form: (oid) => forms.get(oid),
    group: (oid) => groups.get(oid),
    item: (oid) => items.get(oid),
    codeList: (oid) => (oid ? codeLists.get(oid) : undefined),
    unit: (oid) => (oid ? units.get(oid) : undefined),
    groupsOf: (form) =>
      (forms.get(form)?.groups ?? []).flatMap((reference) => {
        const def = groups.get(reference.oid);
        return def ? [place(def, reference.mandatory)] : [];
      }),
  };
}

export const itemKey = ({ group, repeat, item }: ItemAddress): string =>
  `${group}/${repeat}/${item}`;
