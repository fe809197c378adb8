/* Messages on their way. Each is stored before it leaves and forgotten when the server has it; however often it is
   tried it carries the same client_id, so the server keeps one. */

import { clock } from "../lib/clock.js";
import { Emitter } from "../lib/emitter.js";
import { hold } from "../lib/lock.js";
import { retryDelay } from "./backoff.js";

/**
 * Entry: {n, user, conversation, client_id, body, reply_to, attachments, action, at, tries, notBefore, waitsFor, failed, detail}.
 * `carrier()` returns what can deliver now, or null; `deliver(entry)` answers {kind: acked|refused|wait|lost|signin}.
 * Emits "changed", "acked" {entry, ack}, "refused" {entry}, "gone" {client_id}, "signin".
 */
export class Outbox extends Emitter {
  #lanes = new Map();
  #open = false;
  #wanted = false;
  #hurried = 0;
  #cancelWake = null;

  constructor({ user, store, carrier, tabs, visible = () => true, time = clock, random = Math.random }) {
    super();
    Object.assign(this, { user, store, carrier, tabs, visible, time, random });
    tabs.on("outbox", () => this.#told());
    tabs.on("acked", (message) => this.emit("acked", message));
    tabs.on("gone", (message) => this.emit("gone", message));
  }

  // ── actions ──

  /** Stores `message` and sends it as soon as it can be; resolves once it is kept. */
  async add(message) {
    const fresh = { tries: 0, notBefore: 0, waitsFor: null, failed: null, detail: "" };
    const entry = await this.store.add({ ...fresh, ...message, user: this.user, at: Date.now() });
    this.#changed();
    this.drain();
    return entry;
  }

  entries() {
    return this.store.all(this.user);
  }

  async retry(clientId) {
    const entry = await this.#entry(clientId);
    if (!entry) return;
    await this.store.put({ ...entry, failed: null, detail: "", notBefore: 0 });
    this.#changed();
    this.drain();
  }

  /** Forgets a message that was not sent. */
  async remove(clientId) {
    const entry = await this.#entry(clientId);
    if (entry) await this.store.remove(entry.n);
    this.tabs.tell("gone", { client_id: clientId });
    this.emit("gone", { client_id: clientId });
    this.#changed();
  }

  async clear() {
    for (const entry of await this.entries()) await this.remove(entry.client_id);
  }

  /** The event itself came back: the server has it, whatever became of the ack. */
  async seen(clientId) {
    const entry = await this.#entry(clientId);
    if (entry) await this.#settle(entry, null);
  }

  /** The way is open: what only waited for the connection goes now. */
  hurry() {
    this.#hurried = this.time.now();
    this.drain();
  }

  /** Sends what is due. One tab at a time does this; the others queue up behind it in case it goes away. */
  drain() {
    if (this.#open) return this.#start(this.#fill());
    if (this.#wanted || !this.carrier()) return this.#sleep();
    this.#wanted = true;
    return hold(`chatify-outbox-${this.user}`, () => this.#pass()).finally(() => this.#sleep());
  }

  // ── callbacks ──

  #told() {
    this.emit("changed");
    this.drain();
  }

  #changed() {
    this.tabs.tell("outbox");
    this.emit("changed");
  }

  // ── internals ──

  async #entry(clientId) {
    return (await this.entries()).find((entry) => entry.client_id === clientId);
  }

  async #pass() {
    this.#wanted = false;
    this.#open = true;
    this.#start(this.#fill());
    while (this.#lanes.size) await Promise.race(this.#lanes.values());
    this.#open = false;
  }

  // A lane is one conversation's messages going out one after the other.
  #start(work, name = Symbol("fill")) {
    const lane = work.catch(reportError).finally(() => this.#lanes.delete(name));
    this.#lanes.set(name, lane);
    return lane;
  }

  async #fill() {
    for (const entry of await this.#heads()) {
      if (!this.#lanes.has(entry.conversation)) this.#start(this.#run(entry.conversation), entry.conversation);
    }
  }

  async #run(conversation) {
    for (;;) {
      const entry = (await this.#heads()).find((head) => head.conversation === conversation);
      const carrier = this.carrier();
      if (!entry || !carrier || !this.#isDue(entry)) return;
      await this.#answered(entry, await carrier.deliver(entry));
    }
  }

  /** The first message of each conversation that may still go: order is kept behind it. */
  async #heads() {
    const heads = new Map();
    for (const entry of await this.entries()) {
      if (!entry.failed && !heads.has(entry.conversation)) heads.set(entry.conversation, entry);
    }
    return [...heads.values()];
  }

  #isDue(entry) {
    const hurried = entry.waitsFor === "link" && entry.setAt <= this.#hurried;
    return hurried || this.#wait(entry) === 0;
  }

  // A clock set back since then must not turn seconds into an hour.
  #wait({ notBefore, setAt = 0 }) {
    const now = this.time.now();
    return setAt > now ? 0 : Math.max(0, notBefore - now);
  }

  async #answered(entry, answer) {
    if (answer.kind === "acked") return this.#settle(entry, answer.ack);
    if (answer.kind === "refused") return this.#refuse(entry, answer);
    if (answer.kind === "signin") this.emit("signin");
    const link = answer.kind === "lost" || answer.kind === "signin";
    const tries = entry.tries + 1;
    const delay = answer.ms ?? retryDelay(tries, this.visible(), this.random);
    const setAt = this.time.now();
    return this.#update(entry, { tries, setAt, notBefore: setAt + delay, waitsFor: link ? "link" : "server" });
  }

  async #refuse(entry, { code, detail }) {
    await this.#update(entry, { failed: code, detail: detail ?? "" });
    this.emit("refused", { entry: { ...entry, failed: code, detail } });
  }

  // Deleted meanwhile (echo seen, thrown away in another tab)? Then it stays deleted.
  async #update(entry, change) {
    if (await this.#entry(entry.client_id)) await this.store.put({ ...entry, ...change });
    this.#changed();
  }

  async #settle(entry, ack) {
    await this.store.remove(entry.n);
    const news = { client_id: entry.client_id, conversation: entry.conversation, ack };
    this.tabs.tell("acked", news);
    this.emit("acked", news);
    this.#changed();
  }

  async #sleep() {
    this.#cancelWake?.();
    this.#cancelWake = null;
    const heads = await this.#heads();
    if (!heads.length || this.#open || !this.carrier()) return;
    const soonest = Math.min(...heads.map((entry) => this.#wait(entry)));
    this.#cancelWake?.();
    this.#cancelWake = this.time.after(Math.max(250, soonest), () => this.drain());
  }
}
