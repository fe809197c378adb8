/* Where unsent messages wait: IndexedDB, or memory where a browser has none (private windows). */

const NAME = "chatify";
const TABLE = "outbox";
const OPEN_MS = 2_000;

/** Opens the store; never fails. `store.lasting` tells whether entries outlive the tab. */
export async function openStore() {
  try {
    return new Store(await Promise.race([openDatabase(), tooLong()]));
  } catch {
    return new Store(null);
  }
}

function openDatabase() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: "n", autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

// A browser that is busy cleaning its disk must not keep the page from working.
function tooLong() {
  return new Promise((_, reject) => setTimeout(() => reject(new Error("too long")), OPEN_MS));
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Entries carry `n`, given here: the order in which they were written. */
export class Store {
  #memory = new Map();
  #database;
  #spare = 2 ** 40; // entries kept in memory sort after those on disk

  constructor(database) {
    this.#database = database;
    if (database) database.onversionchange = () => this.#fail();
  }

  get lasting() {
    return this.#database !== null;
  }

  async all(user) {
    const stored = await this.#try("readonly", (table) => table.getAll(), []);
    const entries = [...stored, ...this.#memory.values()];
    return entries.filter((entry) => entry.user === user).sort((a, b) => a.n - b.n);
  }

  async add(entry) {
    const n = await this.#try("readwrite", (table) => table.add(entry), null);
    return n === null ? this.#remember({ ...entry, n: this.#spare++ }) : { ...entry, n };
  }

  async put(entry) {
    if (this.#memory.has(entry.n)) return this.#remember(entry);
    await this.#try("readwrite", (table) => table.put(entry), null);
    return entry;
  }

  async remove(n) {
    if (!this.#memory.delete(n)) await this.#try("readwrite", (table) => table.delete(n), null);
  }

  #remember(entry) {
    this.#memory.set(entry.n, entry);
    return entry;
  }

  async #try(mode, ask, otherwise) {
    if (!this.#database) return otherwise;
    try {
      return await done(ask(this.#database.transaction(TABLE, mode).objectStore(TABLE)));
    } catch {
      this.#fail();
      return otherwise;
    }
  }

  #fail() {
    this.#database?.close();
    this.#database = null;
  }
}
