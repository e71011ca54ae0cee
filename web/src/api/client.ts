// SPDX-License-Identifier: Apache-2.0
// The one place that talks to the server: cookies, CSRF, idempotency keys and problem+json.
import type { Conflict, ProblemBody, ProblemError } from "./types";

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
  body?: unknown;
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

/**
 * Sends one request. Throws Problem for every answer that is not 2xx and for no answer at all;
 * an abort by the caller's own signal is rethrown as it is.
 */
export async function request<T>(
  method: string,
  path: string,
  options: Options = {},
): Promise<Answer<T>> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRF-Token"] = csrf;
  if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
  if (options.ifMatch) headers["If-Match"] = options.ifMatch;
  const limit = AbortSignal.timeout(options.timeoutMs ?? 20_000);
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      credentials: "same-origin",
      cache: "no-store",
      signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit,
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Problem(0, { code: limit.aborted ? "no-answer-in-time" : "no-answer" });
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.code === "csrf" && !options.again) {
      // Another tab has signed in since: take its token and try once more.
      const session = await request<{ csrf: string }>("GET", "/session", { again: true });
      setCsrf(session.body.csrf);
      return request<T>(method, path, { ...options, again: true });
    }
    if (response.status === 401 && path !== "/session") endedListeners.forEach((call) => call());
    throw problem;
  }
  const body = response.status === 204 ? undefined : await response.json();
  return { body: body as T, status: response.status, etag: response.headers.get("ETag") };
}
