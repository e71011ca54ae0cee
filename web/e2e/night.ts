// SPDX-License-Identifier: Apache-2.0
// What docs/walkthrough.md has a person start by hand: a made-up trial, a server on it, and a program
// that takes the reports of all its sites.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { startBinary, type Binary } from "./binary";

/** A receiver in a process of its own, as tests/support/receiver.py is. */
export class Receiver {
  private readonly folder = mkdtempSync(join(tmpdir(), "cohort-receiver-"));
  private readonly process: ChildProcess;
  private readonly said: Promise<string>;

  /** `delay` is what it takes over a report, in seconds. */
  constructor(delay: number) {
    this.process = spawn(
      "python3",
      [resolve("../tests/support/receiver.py"), this.folder, `delay=${delay}`],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    this.said = new Promise((done, fail) => {
      this.process.stdout?.once("data", (line: Buffer) => done(line.toString().trim()));
      this.process.once("exit", () => fail(new Error("the receiver has ended")));
    });
  }

  url = async (): Promise<string> => `http://127.0.0.1:${await this.said}`;

  /** The digest of each report that it keeps, by delivery. */
  kept(): Map<string, string> {
    const files = readdirSync(this.folder, { recursive: true, encoding: "utf8" });
    return new Map(
      files
        .filter((file) => file.endsWith(".pdf"))
        .map((file) => [
          file.slice(file.lastIndexOf("/") + 1, -".pdf".length),
          createHash("sha256")
            .update(readFileSync(join(this.folder, file)))
            .digest("hex"),
        ]),
    );
  }

  /** The deliveries that it has stored: one that was doubled is here twice. */
  stored(): string[] {
    const lines = readFileSync(join(this.folder, "log"), "utf8").split("\n");
    return lines
      .filter((line) => line.startsWith("stored "))
      .map((line) => line.split(" ")[2] ?? "");
  }

  stop(): void {
    this.process.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Trial {
  target: Binary;
  /** What the generator said. */
  said: string;
}

interface Wish {
  sites: number;
  /** Takes the reports of all of them. */
  receiver: Receiver;
  /** Further arguments of the server. */
  settings: readonly string[];
}

/** Makes up a trial and starts a server on it. */
export async function startTrial(binary: string, wish: Wish): Promise<Trial> {
  let said = "";
  const prepare = async (folder: string): Promise<void> => {
    const sites = ["--sites", String(wish.sites), "--receiver", await wish.receiver.url()];
    const all = ["generate", "--data", folder, ...sites];
    said = (await promisify(execFile)(resolve(binary), all, { cwd: resolve("..") })).stdout;
  };
  const target = await startBinary(binary, { prepare, settings: wish.settings });
  return { target, said };
}
