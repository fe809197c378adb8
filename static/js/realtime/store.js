/* Where unsent messages wait: IndexedDB, or memory for what a browser will not keep (private windows, a full disk). */

const NAME = "chatify";
const TABLE = "outbox";
const OPEN_MS = 2_000;
const BETWEEN = 2 ** -20; // entries kept in memory sort between those on disk, in the order they were written

/** Opens the store; never fails. `store.lasting` tells whether every entry outlives the tab. */
export async function openStore() {
  const opening = openDatabase();
  const store = new Store(await Promise.race([opening, tooLong()]).catch(() => null), openDatabase);
  if (!store.open) opening.then((database) => store.adopt(database)).catch(() => {}); // late, or never: memory serves
  return store;
}

async function openDatabase() {
  const request = indexedDB.open(NAME, 1);
  return new Promise((resolve, reject) => {
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

// A request that succeeded is not kept yet: a full disk says so when the transaction ends.
function kept(transaction, request) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error ?? request.error);
  });
}

/** Entries carry `n`, given here: the order in which they were written. */
export class Store {
  #memory = new Map(); // what the disk does not have, or has in an older state
  #written = new Map(); // what this tab put on the disk: kept here if somebody clears it
  #database = null;
  #last = 0;
  #spare = 0;

  /** `reopen()` opens the database anew after it was taken away; none is opened where it is null. */
  constructor(database, reopen = null) {
    this.reopen = reopen;
    if (database) this.adopt(database);
  }

  get open() {
    return this.#database !== null;
  }

  get lasting() {
    return this.open && this.#memory.size === 0;
  }

  /** How many entries would be lost with the tab. */
  get atRisk() {
    return this.#memory.size;
  }

  async all(user) {
    const stored = await this.#try("readonly", (table) => table.getAll(), [...this.#written.values()]);
    const entries = new Map([...stored, ...this.#memory.values()].map((entry) => [entry.n, entry]));
    this.#last = Math.max(this.#last, ...[...entries.keys()].map(Math.floor));
    return [...entries.values()].filter((entry) => entry.user === user).sort((a, b) => a.n - b.n);
  }

  async add(entry) {
    const n = await this.#try("readwrite", (table) => table.add(entry), null);
    if (n === null) return this.#remember({ ...entry, n: this.#last + (this.#spare += 1) * BETWEEN });
    this.#last = Math.max(this.#last, n);
    return this.#wrote({ ...entry, n });
  }

  async put(entry) {
    if (this.#memory.has(entry.n)) return this.#remember(entry);
    const n = await this.#try("readwrite", (table) => table.put(entry), null);
    return n === null ? this.#remember(entry) : this.#wrote(entry);
  }

  async remove(n) {
    this.#memory.delete(n);
    this.#written.delete(n);
    await this.#try("readwrite", (table) => table.delete(n), null);
  }

  /** Uses `database` from here on, and puts back there what a cleared one has lost. */
  async adopt(database) {
    this.#database = database;
    database.onversionchange = () => this.#lost(database);
    database.onclose = () => this.#lost(database);
    for (const entry of [...this.#memory.values()].filter(({ n }) => Number.isInteger(n))) await this.#putBack(entry);
  }

  // ── internals ──

  #remember(entry) {
    this.#written.delete(entry.n);
    this.#memory.set(entry.n, entry);
    return entry;
  }

  #wrote(entry) {
    this.#written.set(entry.n, entry);
    return entry;
  }

  // Never over an entry that another tab wrote under the same number meanwhile.
  async #putBack(entry) {
    const n = await this.#try("readwrite", (table) => table.add(entry), null);
    if (n === null || this.#memory.get(n) !== entry) return;
    this.#memory.delete(n);
    this.#wrote(entry);
  }

  async #try(mode, ask, otherwise) {
    const database = this.#database;
    if (!database) return otherwise;
    try {
      const transaction = database.transaction(TABLE, mode);
      return await kept(transaction, ask(transaction.objectStore(TABLE)));
    } catch (problem) {
      if (problem?.name === "InvalidStateError" || problem?.name === "NotFoundError") this.#lost(database);
      return otherwise;
    }
  }

  // The person or the browser cleared its data: what this tab wrote lives on, and the disk is asked again.
  #lost(database) {
    if (this.#database !== database) return;
    this.#database = null;
    database.close();
    for (const entry of this.#written.values()) this.#remember(entry);
    this.reopen?.().then((fresh) => this.adopt(fresh)).catch(() => {}); // refused: memory serves
  }
}
