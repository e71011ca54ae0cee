// SPDX-License-Identifier: Apache-2.0
// The one place that talks to the server: cookies, CSRF, idempotency keys and problem+json.
import {
  routes,
  type Conflict,
  type FormProblem,
  type Operations,
  type ProblemError,
} from "./schema";

/** A problem as it came; a proxy on the way may have left members out. */
export type ProblemBody = Partial<FormProblem>;

/** Why a request did not succeed. `status` is 0 when no answer came at all. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly instance: string | null;
  readonly errors: ProblemError[];
  readonly conflicts: Conflict[];
  readonly retryAfterSeconds: number | null;

  constructor(status: number, body: ProblemBody, retryAfterSeconds: number | null = null) {
    super(body.detail ?? body.title ?? body.code ?? String(status));
    this.name = "Problem";
    this.status = status;
    this.code = body.code ?? (status === 0 ? "no-answer" : `http-${status}`);
    this.detail = body.detail ?? body.title ?? "";
    this.instance = body.instance ?? null;
    this.errors = body.errors ?? [];
    this.conflicts = body.conflicts ?? [];
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** True when trying the same request again later may work. */
  get passing(): boolean {
    return (
      this.status === 0 ||
      this.status === 429 ||
      this.status >= 500 ||
      this.code === "idempotency-running"
    );
  }
}

export const asProblem = (error: unknown): Problem =>
  error instanceof Problem ? error : new Problem(0, { code: "no-answer" });

export interface Answer<T> {
  body: T;
  status: number;
  etag: string | null;
}

export interface Options {
  idempotencyKey?: string;
  ifMatch?: string;
  signal?: AbortSignal;
  timeoutMs?: number;
  /** Set on the second try after a stale CSRF token. */
  again?: boolean;
}

let csrf = "";
export const setCsrf = (token: string): void => {
  csrf = token;
};

type Listener = () => void;
const endedListeners = new Set<Listener>();
/** Calls back when the server no longer knows the session; returns the way to stop. */
export function onSessionEnded(listener: Listener): () => void {
  endedListeners.add(listener);
  return () => endedListeners.delete(listener);
}

/** A key for one intention to write: the same intention tried again keeps its key. */
export function newIdempotencyKey(): string {
  // randomUUID exists only on secure origins, and hospitals do run on plain http inside.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The key of what a person does by hand: the same until it is answered, another for other content. */
export class Intention {
  private content = "";
  private key = "";

  keyFor(content: unknown): string {
    const text = JSON.stringify(content);
    if (this.key === "" || text !== this.content) this.key = newIdempotencyKey();
    this.content = text;
    return this.key;
  }

  /** What the server has answered, one way or the other, is over; a lost answer is not. */
  settle(problem?: Problem): void {
    if (!problem?.passing) this.key = "";
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const retry = Number(response.headers.get("Retry-After"));
  let body: ProblemBody = {};
  try {
    body = (await response.json()) as ProblemBody;
  } catch {
    body = { title: response.statusText };
  }
  return new Problem(response.status, body, retry > 0 ? retry : null);
}

interface Parts {
  path?: Record<string, string>;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
}

function addressOf(pattern: string, { path = {}, query = {} }: Parts): string {
  const address = pattern.replace(/{(\w+)}/g, (_, name: string) =>
    encodeURIComponent(path[name] ?? ""),
  );
  const present = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  if (present.length === 0) return address;
  return `${address}?${new URLSearchParams(present.map(([key, value]) => [key, String(value)])).toString()}`;
}

/** One exchange with the server; the body is text already. */
export interface Outgoing {
  method: string;
  address: string;
  body?: string;
  contentType?: string;
}

function headersOf({ method, body, contentType }: Outgoing, options: Options): HeadersInit {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = contentType ?? "application/json";
  if (method !== "GET") headers["X-CSRF-Token"] = csrf;
  if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
  if (options.ifMatch) headers["If-Match"] = options.ifMatch;
  return headers;
}

let renewCsrf = async (): Promise<string> =>
  (await call("readSession", {}, { again: true })).body.csrf;
/** How the token is read when another tab has signed in since; a user's session without it. */
export const renewCsrfBy = (how: () => Promise<string>): void => {
  renewCsrf = how;
};

/**
 * Sends what no description of JSON covers. Throws Problem for every answer that is not 2xx and for
 * no answer at all; an abort by the caller's own signal is rethrown as it is.
 */
export async function send(outgoing: Outgoing, options: Options = {}): Promise<Response> {
  const limit = AbortSignal.timeout(options.timeoutMs ?? 20_000);
  let response: Response;
  try {
    response = await fetch(outgoing.address, {
      method: outgoing.method,
      headers: headersOf(outgoing, options),
      body: outgoing.body,
      credentials: "same-origin",
      cache: "no-store",
      signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit,
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Problem(0, { code: limit.aborted ? "no-answer-in-time" : "no-answer" });
  }
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.code === "csrf" && !options.again) {
    // Another tab has signed in since: take its token and try once more.
    setCsrf(await renewCsrf());
    return send(outgoing, { ...options, again: true });
  }
  if (response.status === 401 && outgoing.address !== routes.readSession[1])
    endedListeners.forEach((listener) => listener());
  throw problem;
}

/** Makes one call of the API's description. Throws as send(). */
export async function call<Name extends keyof Operations>(
  name: Name,
  input: Operations[Name]["input"],
  options: Options = {},
): Promise<Answer<Operations[Name]["answer"]>> {
  const [method, pattern] = routes[name];
  const parts: Parts = input;
  const body = parts.body === undefined ? undefined : JSON.stringify(parts.body);
  const response = await send({ method, address: addressOf(pattern, parts), body }, options);
  const answer = response.status === 204 ? undefined : await response.json();
  return {
    body: answer as Operations[Name]["answer"],
    status: response.status,
    etag: response.headers.get("ETag"),
  };
}
