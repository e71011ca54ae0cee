// SPDX-License-Identifier: Apache-2.0
// A stand-in for the server while the pages are made: the routes of /api/v1 over a world in memory,
// and the built pages. It keeps nothing and proves nothing about the real server.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { existsSync, readFileSync, statSync } from "node:fs";
import { extname, join, normalize } from "node:path";
import type { AddressInfo } from "node:net";
import { readDemoStudy } from "./definition";
import { byLogin, complete, patch, type Refusal } from "./forms";
import { running } from "./running";
import { accounts, mockPassword, World, type Account } from "./world";

export interface MockOptions {
  study: string;
  pages: string;
  subjects: number;
  port?: number;
}

interface Context {
  world: World;
  who: Account;
  parts: string[];
  query: URLSearchParams;
  body: Record<string, unknown>;
  request: IncomingMessage;
}

type Outcome = { status: number; body?: unknown; refusal?: Refusal };

const ok = (body: unknown, status = 200): Outcome => ({ status, body });
const refuse = (refusal: Refusal): Outcome => ({ status: refusal.status, refusal });
const missing = refuse({ status: 404, code: "not-found", detail: "There is no such thing." });

const sessionOf = (who: Account) => ({
  user: { id: who.id, login: who.login, name: who.name },
  csrf: `csrf-${who.id}`,
  roles: [{ role: who.role, study: "study-htn" }],
  permissions: who.permissions.map((permission) => ({ permission })),
  environment: "demo",
});

function summary(world: World) {
  const { name, description, protocol, definition } = world.demo;
  return {
    id: world.study,
    oid: "ST.HTN",
    name,
    description,
    protocol,
    metadata_version: definition.metadata_version.name,
    sites: world.sites.length,
    subjects: world.subjects.length,
    forms_complete: [...world.forms.values()].filter((form) => form.state === "complete").length,
  };
}

function studyRoute({ world, parts, query, body, who }: Context, method: string): Outcome {
  if (parts[1] === undefined) return ok({ studies: [summary(world)] });
  if (parts[1] !== world.study) return missing;
  const offset = Number(query.get("offset") ?? 0);
  const limit = Number(query.get("limit") ?? 100);
  if (parts[2] === undefined) return ok({ ...summary(world), sites: world.sites });
  if (parts[2] === "definition") return ok(world.definition);
  if (parts[2] === "matrix") {
    return ok(world.matrix(query.get("site") ?? "", query.get("search") ?? "", offset, limit));
  }
  if (parts[2] === "audit") {
    const records = [...world.audit]
      .reverse()
      .slice(offset, offset + limit)
      .map(({ number, ...record }) => world.sealed(record, number));
    return ok({ records, total: world.audit.length });
  }
  if (parts[2] === "subjects" && method === "POST") {
    const key = body.key as string | undefined;
    if (key && world.subjects.some((subject) => subject.key === key)) {
      return refuse({ status: 409, code: "subject-exists", detail: "The number is taken." });
    }
    const enrolled =
      (body.enrolled_on as string | undefined) ?? new Date().toISOString().slice(0, 10);
    return ok(world.addSubject(String(body.site), key, enrolled, who), 201);
  }
  return missing;
}

function subjectRoute({ world, parts, body }: Context, method: string): Outcome {
  const subject = world.subjects.find((entry) => entry.id === parts[1]);
  if (!subject) return missing;
  if (method === "POST") {
    const repeat = String(body.form_repeat ?? "1");
    return ok(world.openForm(subject, String(body.event), String(body.form), repeat), 201);
  }
  const { cells } = world.row(subject);
  const visits = world.definition.events
    .filter((event) => event.type !== "unscheduled")
    .map((event) => {
      const own = world.columns.flatMap((column, index) =>
        column.event === event.oid ? [{ column, cell: cells[index] }] : [],
      );
      return {
        event: event.oid,
        event_repeat: "1",
        due: own[0]?.cell?.due ?? null,
        forms: own.map(({ column, cell }) => ({
          form: column.form,
          form_repeat: "1",
          mandatory: column.mandatory,
          state: cell?.state ?? "not_due",
          form_id: cell?.form_id ?? null,
        })),
      };
    });
  return ok({ ...subject, study: world.study, visits });
}

function formRoute({ world, parts, body, who, query, request }: Context, method: string): Outcome {
  const form = world.forms.get(parts[1] ?? "");
  if (!form) return missing;
  const at = new Date().toISOString();
  const answer = (refusal: Refusal | undefined): Outcome => (refusal ? refuse(refusal) : ok(form));
  if (parts[2] === "history") {
    const item = query.get("item");
    const records = form.history
      .filter((record) => !item || record.item === item)
      .map((record, index) => world.sealed(record, index + 1));
    return ok({ records, total: records.length, stages: form.stages });
  }
  if (parts[2] === "complete") {
    const version = Number((request.headers["if-match"] ?? "").replaceAll('"', ""));
    const acknowledged = (body.acknowledged as string[] | undefined) ?? [];
    return answer(complete(world, form, version, acknowledged, who, at));
  }
  if (method === "PATCH") return answer(patch(world, form, body, who, at));
  return ok(form);
}

function systemReport(world: World, startedAt: number, requests: Map<string, number>) {
  const sealed = world.audit.filter((record) => Date.now() - Date.parse(record.at) >= 1_000).length;
  return {
    version: "0.1.0",
    started_at: new Date(startedAt).toISOString(),
    uptime_s: (Date.now() - startedAt) / 1000,
    store: {
      kind: "sqlite",
      path: "var/cohort.db",
      bytes: 4_820_992,
      wal_bytes: 412_000,
      writer: { waiting: 0, batches: 812, units: 1_930 },
    },
    audit: {
      unsealed: world.audit.length - sealed,
      sealed,
      heads: [
        {
          chain: world.study,
          number: sealed,
          hash: "9f2c41d7".repeat(8),
          at: new Date(Date.now() - 1_500).toISOString(),
        },
      ],
      broken: [],
    },
    runtime: { goroutines: 14 + ((requests.get("200") ?? 0) % 5), workers: 2 },
    requests: {
      total: [...requests.values()].reduce((sum, times) => sum + times, 0),
      by_status: Object.fromEntries(requests),
    },
  };
}

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

function sendPage(pages: string, path: string, response: ServerResponse): void {
  const wanted = join(pages, normalize(path));
  const file = existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(pages, "index.html");
  response.writeHead(200, { "Content-Type": types[extname(file)] ?? "application/octet-stream" });
  response.end(readFileSync(file));
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}

/** Starts the mock on a free port; `url` is where it answers. */
export async function startMock(options: MockOptions): Promise<{ url: string; server: Server }> {
  const world = new World(readDemoStudy(options.study), options.subjects, Date.now);
  const sessions = new Map<string, Account>();
  const requests = new Map<string, number>();
  const startedAt = Date.now();

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<Outcome> => {
    const url = new URL(request.url ?? "/", "http://mock");
    const parts = url.pathname.slice("/api/v1/".length).split("/").map(decodeURIComponent);
    const method = request.method ?? "GET";
    const body = await bodyOf(request);
    if (parts[0] === "session" && method === "POST") {
      const who = byLogin(String(body.login));
      if (!who || body.password !== mockPassword) {
        return refuse({ status: 401, code: "bad-credentials", detail: "Not right." });
      }
      const token = `${who.id}-${sessions.size}`;
      sessions.set(token, who);
      response.setHeader(
        "Set-Cookie",
        `cohort_session=${token}; HttpOnly; SameSite=Strict; Path=/`,
      );
      return ok(sessionOf(who));
    }
    const token = /cohort_session=([^;]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
    const who = sessions.get(token);
    if (!who) return refuse({ status: 401, code: "no-session", detail: "Sign in." });
    if (parts[0] === "session" && method === "GET") return ok(sessionOf(who));
    if (method !== "GET" && request.headers["x-csrf-token"] !== `csrf-${who.id}`) {
      return refuse({ status: 403, code: "csrf", detail: "The token is not right." });
    }
    if (parts[0] === "session") {
      sessions.delete(token);
      return { status: 204 };
    }
    const context = { world, who, parts, query: url.searchParams, body, request };
    if (parts[0] === "studies") return studyRoute(context, method);
    if (parts[0] === "subjects") return subjectRoute(context, method);
    if (parts[0] === "forms") return formRoute(context, method);
    if (parts[0] === "system" && parts[1] === "requests") return ok(running);
    if (parts[0] === "system") return ok(systemReport(world, startedAt, requests));
    if (parts[0] === "users") {
      const users = accounts.map(({ id, login, name, role }) => ({
        id,
        login,
        name,
        roles: [{ role, study: role === "admin" ? null : world.study }],
      }));
      return ok({ users, total: users.length });
    }
    return missing;
  };

  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://mock").pathname;
    if (!path.startsWith("/api/")) {
      sendPage(options.pages, path, response);
      return;
    }
    void route(request, response).then(({ status, body, refusal }) => {
      requests.set(String(status), (requests.get(String(status)) ?? 0) + 1);
      response.writeHead(status, {
        "Content-Type": refusal ? "application/problem+json" : "application/json",
      });
      response.end(
        refusal
          ? JSON.stringify({ ...refusal, title: refusal.code, instance: `mock-${Date.now()}` })
          : body === undefined
            ? undefined
            : JSON.stringify(body),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
