/* What is typed and not sent, per person and conversation. Local to this browser; gone when they sign out. */

const PREFIX = "chatify:draft:";

export class Drafts {
  #memory = new Map(); // where storage is forbidden or full, the draft lives as long as the page

  constructor(user, storage = safeStorage()) {
    Object.assign(this, { user, storage });
  }

  key(conversation) {
    return `${PREFIX}${this.user}:${conversation}`;
  }

  read(conversation) {
    const key = this.key(conversation);
    return this.#memory.get(key) ?? this.storage?.getItem(key) ?? "";
  }

  write(conversation, text) {
    const key = this.key(conversation);
    this.#memory.delete(key);
    try {
      if (text) this.storage.setItem(key, text);
      else this.storage.removeItem(key);
    } catch {
      this.#memory.set(key, text);
    }
  }

  clear() {
    this.#memory.clear();
    const mine = `${PREFIX}${this.user}:`;
    for (const key of Object.keys(this.storage ?? {})) if (key.startsWith(mine)) this.storage.removeItem(key);
  }
}

function safeStorage() {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
