// SPDX-License-Identifier: Apache-2.0
// Addresses of forms. A form that nobody has begun is addressed by its place; looking at it makes
// nothing, the first save does.
import type { FormDocument, FormPlace, SubjectDetail } from "@/api";

const names = ["subject", "event", "event_repeat", "form", "form_repeat"] as const;

/** What an address remembers of a form that was begun on the page it still shows. */
export interface BegunState {
  begunAt?: string;
}

/** Stands where the id of a form would. */
export const notBegun = "new";

export const formPath = (study: string, form: string): string => `/studies/${study}/forms/${form}`;

export const placePath = (study: string, place: FormPlace): string =>
  `${formPath(study, notBegun)}?${new URLSearchParams(
    names.map((name) => [name, place[name]]),
  ).toString()}`;

/** The place an address names; undefined when a part of it is missing. */
export function placeIn(query: URLSearchParams): FormPlace | undefined {
  const [subject, event, event_repeat, form, form_repeat] = names.map((name) => query.get(name));
  return subject && event && event_repeat && form && form_repeat
    ? { subject, event, event_repeat, form, form_repeat }
    : undefined;
}

export const placeOf = ({ subject, event, form }: FormDocument): FormPlace => ({
  subject: subject.id,
  event: event.oid,
  event_repeat: event.repeat,
  form: form.oid,
  form_repeat: form.repeat,
});

/** The form at a place of a subject, as far as somebody has begun it. */
export const formAt = (detail: SubjectDetail, place: FormPlace): string | undefined =>
  detail.visits
    .find((visit) => visit.event === place.event && visit.event_repeat === place.event_repeat)
    ?.forms.find((form) => form.form === place.form && form.form_repeat === place.form_repeat)
    ?.form_id ?? undefined;

export const blankForm = (detail: SubjectDetail, place: FormPlace): FormDocument => ({
  id: "",
  study: detail.study,
  subject: { id: detail.id, key: detail.key },
  site: detail.site,
  event: { oid: place.event, repeat: place.event_repeat },
  form: { oid: place.form, repeat: place.form_repeat },
  state: "in_progress",
  version: 0,
  metadata_version: "",
  rows: [],
  items: [],
  people: {},
  stages: [],
});
