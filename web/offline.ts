// SPDX-License-Identifier: Apache-2.0
// The service worker of the patient's page: its own text, after the list of what the page is made of.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { firstLoad } from "./budget";

/** Writes `worker` from `source`: it keeps the page `entry`, at `address`, and all that this loads. */
export const offline = (entry: string, address: string, source: string): Plugin => ({
  name: "offline",
  enforce: "post",
  generateBundle(_options, bundle) {
    const html = bundle[entry];
    if (html?.type !== "asset") this.error(`there is no ${entry} to keep`);
    const own = firstLoad(bundle, entry).map((name) => `/${name}`);
    const files = [address, "/icon.svg", ...own];
    // Names of scripts and styles hold a digest of what is in them; the page's does not.
    const digest = createHash("sha256").update(html.source).update(files.join(" ")).digest("hex");
    const version = `patient-${digest.slice(0, 16)}`;
    const known = `const version = ${JSON.stringify(version)};\nconst files = ${JSON.stringify(files)};\n`;
    this.emitFile({
      type: "asset",
      fileName: "patient/worker.js",
      source: known + readFileSync(source, "utf8"),
    });
  },
});
