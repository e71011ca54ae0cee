// SPDX-License-Identifier: Apache-2.0
// When the outbox is tried: at once, when the line comes back, and after a growing wait.
import { waitSeconds, type Outcome } from "./outbox";

export interface SenderState {
  isSending: boolean;
  /** The server wants the patient's PIN before it takes anything. */
  needsPin: boolean;
}

export class Sender {
  private readonly attempt: () => Promise<Outcome>;
  private readonly changed: (state: SenderState) => void;
  private state: SenderState = { isSending: false, needsPin: false };
  private attempts = 0;
  private notBefore = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isAskedAgain = false;
  private isStopped = false;

  constructor(attempt: () => Promise<Outcome>, changed: (state: SenderState) => void) {
    this.attempt = attempt;
    this.changed = changed;
    window.addEventListener("online", this.now);
    document.addEventListener("visibilitychange", this.now);
  }

  /** Tries now, unless the server has asked for a longer wait. */
  readonly now = (): void => {
    if (this.isStopped) return;
    if (this.state.isSending) this.isAskedAgain = true;
    else if (Date.now() >= this.notBefore) void this.run();
  };

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
    window.removeEventListener("online", this.now);
    document.removeEventListener("visibilitychange", this.now);
  }

  private async run(): Promise<void> {
    clearTimeout(this.timer);
    this.isAskedAgain = false;
    this.set({ ...this.state, isSending: true });
    const outcome = await this.attempt().catch((): Outcome => ({
      kind: "later",
      retryAfterSeconds: null,
    }));
    if (this.isStopped) return;
    this.set({ isSending: false, needsPin: outcome.kind === "sign-in" });
    if (outcome.kind === "later") this.wait(outcome.retryAfterSeconds);
    else this.attempts = 0;
    if (this.isAskedAgain) this.now();
  }

  private wait(retryAfterSeconds: number | null): void {
    if (retryAfterSeconds !== null) this.notBefore = Date.now() + retryAfterSeconds * 1000;
    const seconds = waitSeconds(this.attempts, retryAfterSeconds);
    this.attempts += 1;
    this.timer = setTimeout(this.now, seconds * 1000);
  }

  private set(state: SenderState): void {
    this.state = state;
    this.changed(state);
  }
}
