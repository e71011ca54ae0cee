// SPDX-License-Identifier: Apache-2.0
import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vite.config";

export default mergeConfig(
  base,
  defineConfig({
    test: {
      include: ["e2e/**/*.test.ts"],
      environment: "node",
      // One journey: its steps follow each other in one browser.
      fileParallelism: false,
      sequence: { concurrent: false },
      bail: 1,
      testTimeout: 60_000,
      hookTimeout: 60_000,
    },
  }),
);
