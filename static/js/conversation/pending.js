/* Messages that are not sent yet, shown at the end of the timeline exactly as the outbox holds them. */

import { all, find, make, setText } from "../lib/dom.js";
import { inWords } from "../media/sizes.js";
import { words } from "../words.js";
import { layOut } from "./layout.js";
import { localTimes } from "./times.js";

export class Pending {
  #acked = new Set();

  constructor({ timeline, outbox, user }) {
    Object.assign(this, { timeline, outbox, user });
  }

  /** Makes the page equal to `entries`, the outbox's messages of this conversation in order. */
  show(entries) {
    const waiting = entries.filter((entry) => !this.timeline.sent(entry.client_id));
    for (const entry of waiting) this.#node(entry);
    const ids = new Set(waiting.map((entry) => entry.client_id));
    for (const node of this.#nodes()) {
      const id = node.dataset.clientId;
      if (!ids.has(id) && !this.#acked.has(id)) this.#remove(node);
    }
  }

  /** The server has it; its place in the order comes with the event. */
  acked(clientId) {
    this.#acked.add(clientId);
    const node = this.#find(clientId);
    if (node) this.#dress(node, "acked");
  }

  gone(clientId) {
    const node = this.#find(clientId);
    if (node) this.#remove(node);
  }

  // ── internals ──

  #nodes() {
    return all(":scope > li[data-pending]", this.timeline.list);
  }

  #find(clientId) {
    return this.#nodes().find((node) => node.dataset.clientId === clientId);
  }

  #remove(node) {
    const next = node.nextElementSibling;
    const day = node.previousElementSibling;
    node.remove();
    if (!next && day?.matches("li.day")) day.remove();
  }

  #node(entry) {
    const node = this.#find(entry.client_id) ?? this.#build(entry);
    if (!this.#acked.has(entry.client_id)) this.#dress(node, entry.failed ? "failed" : "pending");
    this.#trouble(node, entry);
  }

  #build(entry) {
    const node = this.#blank();
    const at = new Date(entry.at).toISOString();
    Object.assign(node.dataset, { clientId: entry.client_id, sender: this.user, at });
    setText(find(".text p", node), entry.body);
    if (entry.attachments?.length) find(".text", node).before(filesOf(entry.attachments));
    find("time", node).setAttribute("datetime", at);
    localTimes(node);
    this.timeline.list.append(node);
    layOut(this.timeline.list, node);
    return node;
  }

  // The shape of the page's own message; face and name are borrowed from one that is already there.
  #blank() {
    const mine = all(`:scope > li.said:not(.folded)[data-sender="${this.user}"]`, this.timeline.list).at(-1);
    const borrowed = [find(".face", mine), find(".name", mine)].map((part) => part?.cloneNode(true));
    const text = make("div", { class: "text chatted" }, make("p", { class: "typed" }));
    const at = make("span", { class: "at" }, make("time", { "data-format": "clock" }));
    const bubble = make("div", { class: "bubble" }, make("div", { class: "words", dir: "auto" }, text, at));
    return make("li", { class: "said pending", "data-pending": true }, ...borrowed, bubble);
  }

  #dress(node, state) {
    node.dataset.state = state;
    node.classList.toggle("pending", state !== "acked");
    node.classList.toggle("failed", state === "failed");
    find("time", node).title = words.marks[state] ?? "";
  }

  #trouble(node, entry) {
    const old = find(".trouble", node);
    if (!entry.failed) return old?.remove();
    if (old) return undefined;
    const known = entry.attachments?.length ? "" : words.refusals[entry.failed]; // a file may be what is not found
    const reason = known || entry.detail || "";
    const again = this.#button(words.again, () => this.outbox.retry(entry.client_id));
    const discard = this.#button(words.discard, () => this.outbox.remove(entry.client_id));
    const line = make("p", { class: "trouble", role: "alert" }, `${words.notSent} ${reason} `, again, " ", discard);
    return find(".bubble", node).append(line);
  }

  #button(text, action) {
    const button = make("button", { type: "button", class: "link" }, text);
    button.addEventListener("click", action);
    return button;
  }
}

function filesOf(files) {
  const rows = files.map(({ name, size }) => {
    const of = make("span", { class: "of" }, make("b", {}, name), make("small", {}, inWords(size)));
    return make("p", { class: "file" }, of);
  });
  return make("div", { class: "files" }, ...rows);
}
