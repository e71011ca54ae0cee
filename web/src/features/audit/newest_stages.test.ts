// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import type { Stage, StageName } from "@/api";
import { newestStages } from "./newest_stages";

const stage = (name: StageName, version: number): Stage => ({
  stage: name,
  at: "2026-01-01T00:00:00Z",
  ms: 1,
  version,
});

test("an earlier completion does not make the last draft look archived", () => {
  const stages = [
    stage("received", 3),
    stage("stored", 3),
    stage("received", 2),
    stage("archived", 2),
  ];
  const shown = [stage("received", 3), stage("stored", 3)];
  expect(newestStages(stages)).toEqual(shown);
  expect(newestStages([...stages].reverse())).toEqual(shown.reverse());
});
