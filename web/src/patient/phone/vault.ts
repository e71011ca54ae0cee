// SPDX-License-Identifier: Apache-2.0
// What the phone keeps: every record encrypted with a key that scripts can use but not read, in a
// database of each patient's own. Answers leave it only when the server has them.

export interface Vault {
  read<T>(name: string): Promise<T | undefined>;
  /** Every record whose name begins so, by name. */
  all<T>(prefix: string): Promise<T[]>;
  /** Writes records, and removes those that are undefined: all of it or nothing, and durably. */
  write(changes: Readonly<Record<string, unknown>>): Promise<void>;
  /** Ends it with its key: nothing in it can be read any more. */
  destroy(): Promise<void>;
}

interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  bytes: ArrayBuffer;
}

const keyStore = "keys";
const recordStore = "records";
const keyName = "vault";

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const durable = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });

async function openDatabase(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(keyStore);
    request.result.createObjectStore(recordStore);
  };
  const database = await done(request);
  // Another tab may end it.
  database.onversionchange = () => database.close();
  return database;
}

/** The key of a database: the one in it, or a new one. Two tabs at once agree on the first. */
async function keyOf(database: IDBDatabase): Promise<CryptoKey> {
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  const transaction = database.transaction(keyStore, "readwrite", { durability: "strict" });
  const keys = transaction.objectStore(keyStore);
  const kept = (await done(keys.get(keyName))) as CryptoKey | undefined;
  if (!kept) keys.put(made, keyName);
  await durable(transaction);
  return kept ?? made;
}

/** A record cannot be put under another's name: the name is sealed with it. */
const sealing = (name: string, iv: Uint8Array<ArrayBuffer>): AesGcmParams => ({
  name: "AES-GCM",
  iv,
  additionalData: new TextEncoder().encode(name),
});

class PhoneVault implements Vault {
  private writing: Promise<unknown> = Promise.resolve();
  private readonly name: string;
  private readonly database: IDBDatabase;
  private readonly key: CryptoKey;

  constructor(name: string, database: IDBDatabase, key: CryptoKey) {
    this.name = name;
    this.database = database;
    this.key = key;
  }

  async read<T>(name: string): Promise<T | undefined> {
    await this.writing;
    const records = this.database.transaction(recordStore).objectStore(recordStore);
    const sealed = (await done(records.get(name))) as Sealed | undefined;
    return sealed && (await this.unseal<T>(name, sealed));
  }

  async all<T>(prefix: string): Promise<T[]> {
    await this.writing;
    const records = this.database.transaction(recordStore).objectStore(recordStore);
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    const [names, sealed] = await Promise.all([
      done(records.getAllKeys(range)) as Promise<string[]>,
      done(records.getAll(range)) as Promise<Sealed[]>,
    ]);
    return Promise.all(sealed.map((one, index) => this.unseal<T>(names[index] ?? "", one)));
  }

  /** One after the other: a later write is never overtaken by an earlier one. */
  write(changes: Readonly<Record<string, unknown>>): Promise<void> {
    const names = Object.keys(changes);
    const texts = Object.values(changes).map((value) => value && JSON.stringify(value));
    const mine = this.writing.then(async () => {
      const sealed = await Promise.all(
        texts.map((text, index) =>
          typeof text === "string" ? this.seal(names[index] ?? "", text) : undefined,
        ),
      );
      const transaction = this.database.transaction(recordStore, "readwrite", {
        durability: "strict",
      });
      const records = transaction.objectStore(recordStore);
      sealed.forEach((one, index) => {
        const name = names[index] ?? "";
        if (one) records.put(one, name);
        else records.delete(name);
      });
      await durable(transaction);
    });
    this.writing = mine.catch(() => undefined);
    return mine;
  }

  async destroy(): Promise<void> {
    await this.writing;
    this.database.close();
    await done(indexedDB.deleteDatabase(this.name));
  }

  private async seal(name: string, text: string): Promise<Sealed> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const bytes = new TextEncoder().encode(text);
    return { iv, bytes: await crypto.subtle.encrypt(sealing(name, iv), this.key, bytes) };
  }

  private async unseal<T>(name: string, { iv, bytes }: Sealed): Promise<T> {
    const plain = await crypto.subtle.decrypt(sealing(name, iv), this.key, bytes);
    return JSON.parse(new TextDecoder().decode(plain)) as T;
  }
}

const lastKey = "cohort.patient.vault";

/** Opens the database of one patient, by a name that tells nothing of them. */
export async function openVault(owner: string): Promise<Vault> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(owner));
  const hex = [...new Uint8Array(digest, 0, 8)].map((byte) => byte.toString(16).padStart(2, "0"));
  const name = `cohort-patient-${hex.join("")}`;
  localStorage.setItem(lastKey, name);
  return open(name);
}

/** The one that was open last on this phone, if there is one: to come in without a line. */
export async function openLastVault(): Promise<Vault | undefined> {
  const name = localStorage.getItem(lastKey);
  return name ? open(name) : undefined;
}

async function open(name: string): Promise<Vault> {
  const database = await openDatabase(name);
  return new PhoneVault(name, database, await keyOf(database));
}
