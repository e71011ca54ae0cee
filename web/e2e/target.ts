// SPDX-License-Identifier: Apache-2.0
// What the journey runs against: a server that is up (COHORT_URL), the built binary, which is
// started here on a free port in a folder of its own (COHORT_BINARY), or else the mock.
import { startBinary, type Target } from "./binary";
import { startMock } from "./mock/server";
import { mockPassword } from "./mock/world";

export async function findTarget(): Promise<Target> {
  const { COHORT_URL: url, COHORT_PASSWORD: password, COHORT_BINARY: binary } = process.env;
  if (url) {
    return { kind: "server", url, passwordOf: () => password ?? "", stop: async () => undefined };
  }
  if (binary) return startBinary(binary);
  const mock = await startMock({ study: "../demo/hypertension.xml", pages: "dist", subjects: 60 });
  return {
    kind: "mock",
    url: mock.url,
    passwordOf: () => mockPassword,
    stop: async () => {
      mock.server.closeAllConnections();
      mock.server.close();
    },
  };
}
