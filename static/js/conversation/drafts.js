/* What is typed and not sent, per person and conversation. Local to this browser; gone when they sign out. */

import { safeStorage } from "../lib/storage.js";

const PREFIX = "chatify:draft:";

export class Drafts {
  #ended = false;
  #memory = new Map(); // where storage is forbidden or full, the draft lives as long as the page

  constructor(user, storage = safeStorage()) {
    Object.assign(this, { user, storage });
  }

  /** Whether something typed would be lost with the page. */
  get atRisk() {
    return [...this.#memory.values()].some((text) => text.trim());
  }

  key(conversation) {
    return `${PREFIX}${this.user}:${conversation}`;
  }

  read(conversation) {
    const key = this.key(conversation);
    return this.#memory.get(key) ?? this.storage?.getItem(key) ?? "";
  }

  write(conversation, text) {
    if (this.#ended) return;
    const key = this.key(conversation);
    this.#memory.delete(key);
    try {
      if (text) this.storage.setItem(key, text);
      else this.storage.removeItem(key);
    } catch {
      this.#memory.set(key, text);
    }
  }

  /** They sign out: nothing stays, and nothing is written while the page goes away. */
  end() {
    this.#ended = true;
    this.#memory.clear();
    const mine = `${PREFIX}${this.user}:`;
    for (const key of Object.keys(this.storage ?? {})) if (key.startsWith(mine)) this.storage.removeItem(key);
  }
}
