// SPDX-License-Identifier: Apache-2.0
// Two requests as the server shows them: one that waits for two others, one whose caller is slow.
import type { RunningRequests } from "../../src/api/schema";

export const running: RunningRequests = {
  running: 2,
  requests: [
    {
      id: "5f2c-81",
      route: "GET /api/v1/studies/{study}/export.xml",
      ms: 4_210,
      goroutines: [
        {
          id: 41,
          name: "http connection",
          state: "join",
          waits_at: "cohort/interop/export.cpp:88",
          waits_ms: 4_180,
          left_ms: 115_800,
          started_at: "cohort/platform/http/server.cpp:205",
          calls: [
            { function: "cohort::interop::export_studies", at: "cohort/interop/export.cpp:88" },
          ],
        },
        {
          id: 57,
          parent: 41,
          name: "subjects",
          state: "receive",
          waits_on: "store readers",
          waits_at: "cohort/platform/db/sqlite_store.cpp:308",
          waits_ms: 3_900,
          started_at: "cohort/interop/export.cpp:80",
          remark:
            "the channel (made at cohort/platform/db/sqlite_store.cpp:66) has 1 Sender and 1 Receiver",
          calls: [],
        },
        { id: 58, parent: 41, name: "definition", state: "running", calls: [] },
      ],
    },
    {
      id: "5f2c-93",
      route: "PATCH /api/v1/forms/{form}",
      ms: 340,
      goroutines: [{ id: 62, name: "http connection", state: "I/O", waits_ms: 338, calls: [] }],
    },
  ],
};
