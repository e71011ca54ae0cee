// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import type { Visit } from "@/api";
import { nextVisit, withAdded } from "./visits";

const visit = (event: string, repeat: string, begun: boolean): Visit => ({
  event,
  event_repeat: repeat,
  due: null,
  forms: ["F.VS", "F.LB"].map((form) => ({
    form,
    form_repeat: "1",
    mandatory: true,
    state: "not_due",
    form_id: begun && form === "F.VS" ? `${event}-f` : null,
  })),
});

test("another visit is offered only after the last one has a form, and takes the next number", () => {
  expect(nextVisit([visit("UNS", "1", false)], "UNS")).toBeUndefined();
  expect(nextVisit([visit("UNS", "1", true)], "UNS")).toBe("2");
  expect(nextVisit([visit("UNS", "9", true), visit("UNS", "10", true)], "UNS")).toBe("11");
  expect(nextVisit([visit("UNS", "2", true), visit("UNS", "1", false)], "UNS")).toBe("3");
  expect(nextVisit([], "UNS")).toBeUndefined();
});

test("an added visit stands after the last of its event, with every form of it still empty", () => {
  const visits = [visit("V1", "1", true), visit("UNS", "1", true), visit("LOG", "1", false)];
  const all = withAdded(visits, new Map([["UNS", "2"]]));
  expect(all.map((one) => `${one.event}/${one.event_repeat}`)).toEqual([
    "V1/1",
    "UNS/1",
    "UNS/2",
    "LOG/1",
  ]);
  expect(all[2]?.forms.map((form) => [form.form, form.form_id])).toEqual([
    ["F.VS", null],
    ["F.LB", null],
  ]);
});

test("an added visit that the server knows by now is not shown twice", () => {
  const visits = [visit("UNS", "1", true), visit("UNS", "2", true)];
  expect(withAdded(visits, new Map([["UNS", "2"]]))).toEqual(visits);
});
