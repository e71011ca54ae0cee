// SPDX-License-Identifier: Apache-2.0
// What a browser loads before it shows the first page has a limit, checked by every build.
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

type Bundle = Parameters<Extract<Plugin["generateBundle"], (...args: never[]) => unknown>>[1];

/** The scripts and styles of a page's first load: its entry and what that imports, nothing later. */
export function firstLoad(bundle: Bundle, entry: string): string[] {
  const wanted = new Set<string>();
  const take = (name: string): void => {
    const file = bundle[name];
    if (!file || wanted.has(name)) return;
    wanted.add(name);
    if (file.type !== "chunk") return;
    file.imports.forEach(take);
    file.viteMetadata?.importedCss.forEach(take);
  };
  for (const [name, file] of Object.entries(bundle))
    if (file.type === "chunk" && file.isEntry && file.facadeModuleId?.endsWith(`/web/${entry}`))
      take(name);
  return [...wanted];
}

/** Ends the build when a page's first load is more than `limitKb` of compressed script and style. */
export const budget = (entry: string, limitKb: number): Plugin => ({
  name: `budget ${entry}`,
  generateBundle(_options, bundle) {
    const names = firstLoad(bundle, entry);
    if (names.length === 0) this.error(`there is no page ${entry} to weigh`);
    const sizes = names.map((name): [string, number] => {
      const file = bundle[name];
      const text = file?.type === "chunk" ? file.code : (file?.source ?? "");
      return [name, gzipSync(text).length / 1000];
    });
    const total = sizes.reduce((sum, [, kb]) => sum + kb, 0);
    if (total <= limitKb) return;
    const list = sizes.map(([name, kb]) => `${name} ${kb.toFixed(0)} kB`).join(", ");
    this.error(`${entry} first loads ${total.toFixed(0)} kB compressed, over ${limitKb}: ${list}`);
  },
});
