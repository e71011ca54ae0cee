// SPDX-License-Identifier: Apache-2.0
// The server's API as a person's browser calls it, without the browser.

interface CallOptions {
  /** What the caller has seen. */
  version?: number;
  contentType?: string;
}

export class Api {
  private readonly url: string;
  private readonly cookie: string;
  private readonly csrf: string;

  private constructor(url: string, cookie: string, csrf: string) {
    this.url = url;
    this.cookie = cookie;
    this.csrf = csrf;
  }

  static async signIn(url: string, login: string, password: string): Promise<Api> {
    const response = await fetch(`${url}/api/v1/session`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ login, password }),
    });
    if (!response.ok) throw new Error(`${login} cannot sign in: ${await response.text()}`);
    const cookie = response.headers.get("Set-Cookie")?.split(";")[0] ?? "";
    const { csrf } = (await response.json()) as { csrf: string };
    return new Api(url, cookie, csrf);
  }

  get = <T>(path: string): Promise<T> => this.call<T>("GET", path);

  /** Throws with the server's own words when the answer is not 2xx. */
  async call<T>(
    method: string,
    path: string,
    body?: unknown,
    { version, contentType = "application/json" }: CallOptions = {},
  ): Promise<T> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        "Content-Type": contentType,
        "Idempotency-Key": crypto.randomUUID(),
        "X-CSRF-Token": this.csrf,
        Cookie: this.cookie,
        ...(version === undefined ? {} : { "If-Match": `"${version}"` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }
}
