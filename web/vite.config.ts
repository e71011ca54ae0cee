// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { budget } from "./budget";

const server = process.env.COHORT_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), budget(430)],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { host: "127.0.0.1", proxy: { "/api": server, "/system/goroutines": server } },
  build: {
    target: "es2022",
    // Ant Design is one large, rarely changing file: hospitals with slow lines fetch it once.
    chunkSizeWarningLimit: 1500,
    rollupOptions: {
      output: {
        manualChunks: (id) =>
          /node_modules\/(antd|@ant-design|@rc-component|rc-)/.test(id)
            ? "antd"
            : id.includes("node_modules")
              ? "vendor"
              : undefined,
      },
    },
  },
});
