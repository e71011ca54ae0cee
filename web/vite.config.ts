// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { budget } from "./budget";
import { offline } from "./offline";

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const server = process.env.COHORT_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [
    react(),
    budget("index.html", 430),
    budget("patient/index.html", 150),
    offline("patient/index.html", "/patient/", file("./src/patient/worker.js")),
  ],
  resolve: { alias: { "@": file("./src") } },
  server: { host: "127.0.0.1", proxy: { "/api": server, "/system/goroutines": server } },
  build: {
    target: "es2022",
    // Ant Design is one large, rarely changing file: hospitals with slow lines fetch it once.
    chunkSizeWarningLimit: 1500,
    rollupOptions: {
      input: [file("./index.html"), file("./patient/index.html")],
      output: { manualChunks: chunkOf },
    },
  },
});

/** What both pages are made with, and what only the console is. */
function chunkOf(id: string): string | undefined {
  const found = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1];
  if (!found) return undefined;
  if (/^(antd|@ant-design|@rc-component|rc-)/.test(found)) return "antd";
  const isShared = /^(react|react-dom|scheduler|i18next|react-i18next|use-sync-external-store)$/;
  return isShared.test(found) ? "react" : "vendor";
}
