// SPDX-License-Identifier: Apache-2.0
// The PIN without a line: what the server knows it by stays there, so the phone keeps a slow digest
// of its own, in the vault. Few guesses; then only the server can say whether it is right.
import type { Vault } from "./vault";

interface KeptPin {
  salt: number[];
  digest: number[];
  wrong: number;
}

const name = "pin";
const rounds = 600_000;
const guesses = 5;

async function digestOf(pin: string, salt: Uint8Array<ArrayBuffer>): Promise<number[]> {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, [
    "deriveBits",
  ]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return [...new Uint8Array(await crypto.subtle.deriveBits(how, key, 256))];
}

/** Keeps the PIN that the server has just found right. */
export async function keepPin(vault: Vault, pin: string): Promise<void> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const kept: KeptPin = { salt: [...salt], digest: await digestOf(pin, salt), wrong: 0 };
  await vault.write({ [name]: kept });
}

/** Whether it is the PIN that was kept; "unknown" when the phone cannot or may not say. */
export async function checkPin(vault: Vault, pin: string): Promise<"right" | "wrong" | "unknown"> {
  const kept = await vault.read<KeptPin>(name);
  if (!kept || kept.wrong >= guesses) return "unknown";
  // Counted before it is looked at: closing the page does not take a guess back.
  await vault.write({ [name]: { ...kept, wrong: kept.wrong + 1 } });
  const digest = await digestOf(pin, new Uint8Array(kept.salt));
  if (digest.some((byte, index) => byte !== kept.digest[index])) return "wrong";
  await vault.write({ [name]: { ...kept, wrong: 0 } });
  return "right";
}
