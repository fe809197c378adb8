/* The form that writes: keys, height, draft, and one fresh client_id per message. */

import { find } from "../lib/dom.js";
import { uuid } from "../lib/ids.js";
import { Gather } from "../lib/clock.js";
import { grow, isTouch, wellFormed } from "./field.js";
import { About } from "./about.js";
import { Mentions } from "./mentions.js";
import { Files } from "../media/files.js";

const DRAFT_MS = 250;

/** `onSend(message)` gets {conversation, client_id, body, reply_to, action} and resolves once it is kept. */
export class Composer {
  constructor({ form, kind, drafts, signal, onSend, onType = () => {}, onEdit = null }) {
    Object.assign(this, { form, kind, drafts, onSend, onType, onEdit });
    this.field = find("textarea[name=body]", form);
    this.id = find("input[name=client_id]", form);
    this.saving = new Gather(DRAFT_MS, () => this.#save());
    this.about = new About({ form, signal, ended: () => this.#left() });
    new Mentions({ form, field: this.field, signal });
    this.files = new Files({ form, field: this.field, tray: drafts.trays.of(this.conversation), signal });
    this.#restore();
    this.#listen(signal);
    this.#grow();
  }

  get conversation() {
    return this.form.dataset.conversation;
  }

  // ── actions ──

  focus() {
    this.field.focus();
    this.field.setSelectionRange(this.field.value.length, this.field.value.length);
  }

  /** Keeps what is typed; called before the pane goes away. */
  keep() {
    this.saving.now();
    this.drafts.flush();
  }

  /** The next message answers this one: {id, name, text}. */
  answer(message) {
    if (this.about.editing) this.#left();
    this.about.answer(message);
    this.focus();
  }

  /** Changes a message instead of writing one: {id, body}. What was typed is kept until then. */
  edit({ id, body }) {
    this.saving.now();
    this.about.edit({ id, text: body });
    this.#put(body);
    this.focus();
  }

  /** The server's draft changed, on another device: followed as long as nothing different was typed here. */
  follow(text) {
    const { conversation, drafts } = this;
    if (text === undefined || drafts.isNewer(conversation) || this.field.value !== drafts.read(conversation)) return;
    this.field.value = text;
    drafts.learn(conversation, text);
    this.#grow();
  }

  /** Puts back what was taken back, above what is typed meanwhile. */
  put(text) {
    this.field.value = [text, this.field.value].filter((part) => part.trim()).join("\n\n");
    this.#typed();
    this.focus();
  }

  /** `sendAt`: the time at which it goes, where it is not now. */
  async send(sendAt = null) {
    const { about, field, files } = this;
    const any = files.any && !about.editing; // they wait for the next message
    if (!field.value.trim() && !any) return field.focus();
    if (about.editing) return this.#change(wellFormed(field.value));
    if (any && !(await files.ready())) return undefined;
    const message = { ...this.#message(wellFormed(field.value)), ...(sendAt && { send_at: sendAt }) };
    files.sent(message.attachments);
    this.#empty();
    await this.onSend(message);
    if (!field.value) this.drafts.write(this.conversation, "");
    return undefined;
  }

  // ── callbacks ──

  #listen(signal) {
    this.form.addEventListener("submit", (event) => this.#submitted(event), { signal });
    this.field.addEventListener("keydown", (event) => this.#pressed(event), { signal });
    this.field.addEventListener("input", () => this.#typed(), { signal });
    window.addEventListener("pagehide", () => this.keep(), { signal });
    window.addEventListener("storage", (event) => this.#elsewhere(event), { signal });
    signal.addEventListener("abort", () => this.keep());
  }

  #submitted(event) {
    event.preventDefault();
    const later = event.submitter?.name === "send_at";
    const sendAt = later ? this.#time(event.submitter) : null;
    if (later) find("#later", this.form)?.hidePopover?.();
    if (!later || sendAt) this.send(sendAt);
  }

  // The button's own time, or the one that was typed beside it, as this browser's zone has it.
  #time({ value }) {
    if (value !== "own") return value;
    const own = find("input[name=own_at]", this.form);
    if (own.value) return new Date(own.value).toISOString();
    own.reportValidity();
    own.focus();
    return null;
  }

  // While an input method composes, Enter belongs to it (229 for browsers that end composing first).
  #pressed(event) {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    const chord = event.ctrlKey || event.metaKey;
    const plain = !chord && !event.shiftKey && !event.altKey;
    if (!chord && !(plain && this.kind !== "mail" && !isTouch())) return;
    event.preventDefault();
    this.send();
  }

  #typed() {
    this.#grow();
    this.saving.soon();
    if (this.field.value.trim()) this.onType();
  }

  // The same draft in another tab: follow it as long as nothing different was typed here.
  #elsewhere({ key, oldValue, newValue }) {
    if (this.about.editing || key !== this.drafts.key(this.conversation) || this.field.value !== (oldValue ?? "")) return;
    this.field.value = newValue ?? "";
    this.#grow();
  }

  // ── internals ──

  async #change(body) {
    const id = this.about.editing;
    if (!(await this.onEdit(id, body)) || this.about.editing !== id) return;
    this.about.end();
    this.#left();
  }

  #left() {
    this.#put(this.drafts.read(this.conversation));
    this.focus();
  }

  #put(text) {
    this.field.value = text;
    this.#grow();
  }

  #message(body) {
    const reply = find("input[name=reply_to]", this.form);
    const action = this.form.getAttribute("action");
    const ids = { conversation: this.conversation, client_id: this.id.value, reply_to: reply?.value || null };
    this.about.end();
    return { ...ids, body, action, attachments: this.files.carried };
  }

  #empty() {
    this.saving.cancel();
    this.field.value = "";
    this.id.value = uuid();
    this.#grow();
    this.field.focus();
  }

  // A browser may have put back an old hidden value: a client_id is used once.
  #restore() {
    this.id.value = uuid();
    if (find("#composer-errors", this.form)) return; // what was refused is the newest there is
    if (this.drafts.isNewer(this.conversation)) this.field.value = this.drafts.read(this.conversation);
    else this.drafts.learn(this.conversation, this.field.value);
  }

  #save() {
    if (this.about.editing) return; // that is no draft
    this.drafts.write(this.conversation, this.field.value, this.id.value);
  }

  #grow() {
    grow(this.field);
  }
}
