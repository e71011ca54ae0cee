// SPDX-License-Identifier: Apache-2.0
// Starts the built server in a new folder on a free port, as a user's first start would be.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const startMs = 60_000;
const stopMs = 20_000;

/** A server that the pages are tried against. */
export interface Target {
  kind: "server" | "binary" | "mock";
  url: string;
  /** The password of one of the demo users, such as coordinator@demo. */
  passwordOf: (login: string) => string;
  stop: () => Promise<void>;
}

/** A target that can be lost and come back, with what it had stored. */
export interface Binary extends Target {
  /** kill -9; resolves when the process is gone. */
  kill: () => Promise<void>;
  /** Starts it again on the same folder and port. */
  restart: () => Promise<void>;
}

/** Passwords of the first start, one "login password role" a line. */
function readPasswords(file: string): Map<string, string> {
  const lines = readFileSync(file, "utf8").split("\n");
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const found = /^(\S+@demo)\s+(\S+)/.exec(line);
      return found?.[1] && found[2] ? [[found[1], found[2]]] : [];
    }),
  );
}

interface Running {
  process: ChildProcess;
  url: string;
  said: () => string;
}

async function start(
  path: string,
  folder: string,
  port: string,
  settings: readonly string[],
): Promise<Running> {
  const server = spawn(
    resolve(path),
    ["serve", "--data", folder, "--port", port, "--web", resolve("dist"), ...settings],
    { cwd: resolve(".."), stdio: ["ignore", "pipe", "pipe"] },
  );
  let said = "";
  const url = await new Promise<string>((done, fail) => {
    const late = setTimeout(() => fail(new Error(`the server did not start:\n${said}`)), startMs);
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      const found = /ready at (http:\/\/\S+?)\/?\s/.exec(said);
      if (!found?.[1]) return;
      clearTimeout(late);
      done(found[1]);
    };
    server.stdout.on("data", listen);
    server.stderr.on("data", listen);
    server.on("exit", (code) => fail(new Error(`the server ended with ${code}:\n${said}`)));
  });
  return { process: server, url, said: () => said };
}

const ended = (server: ChildProcess): Promise<number | null> =>
  new Promise((done) => server.on("exit", done));

interface Beginning {
  /** Fills the folder before the first start. */
  prepare?: (folder: string) => Promise<void>;
  /** Further arguments of the server. */
  settings?: readonly string[];
}

export async function startBinary(
  path: string,
  { prepare, settings = [] }: Beginning = {},
): Promise<Binary> {
  const folder = mkdtempSync(join(tmpdir(), "cohort-e2e-"));
  await prepare?.(folder);
  let running = await start(path, folder, "0", settings);
  const { url } = running;
  const passwords = readPasswords(join(folder, "demo-users.txt"));
  return {
    kind: "binary",
    url,
    passwordOf: (login) => passwords.get(login) ?? "",
    kill: async () => {
      const gone = ended(running.process);
      running.process.kill("SIGKILL");
      await gone;
    },
    restart: async () => {
      running = await start(path, folder, new URL(url).port, settings);
    },
    stop: async () => {
      const gone = ended(running.process);
      running.process.kill("SIGTERM");
      const late = setTimeout(() => running.process.kill("SIGKILL"), stopMs);
      const code = await gone;
      clearTimeout(late);
      rmSync(folder, { recursive: true, force: true });
      if (code !== 0) throw new Error(`the server stopped with ${code}:\n${running.said()}`);
    },
  };
}
