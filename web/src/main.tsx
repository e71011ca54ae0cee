// SPDX-License-Identifier: Apache-2.0
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { startTexts } from "./i18n";
import { en } from "./i18n/en";
import { zh } from "./i18n/zh";
import "./frame/console.css";

await startTexts("console", { "zh-CN": zh, en });
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
