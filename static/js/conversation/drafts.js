/* What is typed and not sent, per person and conversation: in this browser at once, on the server a moment later, so
   that it is there on the next device, too. What the server does not have yet is newer than what it has. */

import { clock, Gather } from "../lib/clock.js";
import { csrfToken } from "../lib/dom.js";
import { safeStorage } from "../lib/storage.js";
import { Trays } from "../media/tray.js";

const PREFIX = "chatify:draft:";
const UNSAVED = "chatify:unsaved:";
const SAVE_MS = 1_500;
const OWN_NEWS_MS = 6_000; // the server tells every device of a save, also the one that made it

export class Drafts {
  #ended = false;
  #memory = new Map(); // where storage is forbidden or full, the draft lives as long as the page
  #waiting = new Map(); // conversation → client_id of the message that it is to become
  #savedAt = new Map();

  constructor(user, { storage = safeStorage(), post = postDraft, time = clock } = {}) {
    Object.assign(this, { user, storage, post, time, trays: new Trays(user, { storage }) });
    this.saving = new Gather(SAVE_MS, () => this.flush(), time);
    for (const key of this.#keys(UNSAVED)) this.#waiting.set(key.slice(this.#prefix(UNSAVED).length), null);
  }

  /** Whether something typed would be lost with the page. */
  get atRisk() {
    return [...this.#memory.values()].some((text) => text.trim());
  }

  key(conversation) {
    return this.#prefix(PREFIX) + conversation;
  }

  read(conversation) {
    const key = this.key(conversation);
    return this.#memory.get(key) ?? this.storage?.getItem(key) ?? "";
  }

  /** Whether this browser has what the server does not know yet. */
  isNewer(conversation) {
    return this.#waiting.has(conversation);
  }

  /** Whether a save of this tab is what the server has just told of. */
  isOwnNews(conversation) {
    return this.time.now() - (this.#savedAt.get(conversation) ?? -Infinity) < OWN_NEWS_MS;
  }

  /** The server's text is the one from here on. */
  learn(conversation, text) {
    this.#keep(this.key(conversation), text);
  }

  write(conversation, text, clientId = null) {
    if (this.#ended || text === this.read(conversation)) return;
    this.#keep(this.key(conversation), text);
    this.#keep(this.#prefix(UNSAVED) + conversation, "1");
    this.#waiting.set(conversation, clientId);
    this.saving.soon();
  }

  /** Brings to the server what it does not have; what does not get there is tried again with the next. */
  async flush() {
    this.saving.cancel();
    for (const [conversation, clientId] of [...this.#waiting]) await this.#save(conversation, clientId);
  }

  /** They sign out: nothing stays, and nothing is written while the page goes away. */
  end() {
    this.#ended = true;
    this.trays.end();
    this.#memory.clear();
    for (const key of [...this.#keys(PREFIX), ...this.#keys(UNSAVED)]) this.storage.removeItem(key);
  }

  // ── internals ──

  #prefix(name) {
    return `${name}${this.user}:`;
  }

  #keys(name) {
    return Object.keys(this.storage ?? {}).filter((key) => key.startsWith(this.#prefix(name)));
  }

  async #save(conversation, clientId) {
    const text = this.read(conversation);
    this.#savedAt.set(conversation, this.time.now());
    if (!(await this.post(conversation, text, clientId)) || this.read(conversation) !== text) return;
    this.#waiting.delete(conversation);
    this.#keep(this.#prefix(UNSAVED) + conversation, "");
  }

  #keep(key, text) {
    this.#memory.delete(key);
    try {
      if (text) this.storage.setItem(key, text);
      else this.storage.removeItem(key);
    } catch {
      if (key.startsWith(PREFIX)) this.#memory.set(key, text);
    }
  }
}

/** True when the server has it, or never will (the conversation is not this person's any more). */
async function postDraft(conversation, text, clientId) {
  const body = new URLSearchParams({ body: text, client_id: clientId ?? "" });
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
  const options = { method: "POST", body, headers, keepalive: text.length < 10_000, redirect: "manual" };
  const answer = await fetch(`/c/${conversation}/draft/`, { ...options, credentials: "same-origin" }).catch(() => null);
  return Boolean(answer) && (answer.ok || answer.status === 404 || answer.status === 422);
}
