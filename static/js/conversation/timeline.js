/* The conversation's entries on the page: each is inserted once, where its seq puts it. */

import { element, enliven } from "../html.js";
import { all, find, me, number } from "../lib/dom.js";
import { foldAway } from "./blocked.js";
import { layOut } from "./layout.js";
import { keepMine, pressMine } from "./reactions.js";
import { localTimes } from "./times.js";

// What an event, which is drawn for nobody, does not know of a message.
const OWN = ["continued", "starred", "reread"];

export class Timeline {
  constructor(list, user = me()) {
    Object.assign(this, { list, user });
    this.#dress(list);
    layOut(list);
  }

  get conversation() {
    return this.list.dataset.conversation;
  }

  get seq() {
    return number(this.list.dataset.seq);
  }

  set seq(value) {
    this.list.dataset.seq = value;
  }

  get newest() {
    return number(this.list.dataset.newest);
  }

  messages() {
    return all(":scope > li.said[data-number]", this.list);
  }

  /** The real (not pending) message that carries this client_id. */
  sent(clientId) {
    return find(`li.said[data-number][data-client-id="${CSS.escape(clientId)}"]`, this.list);
  }

  /**
   * Shows one event. Returns {node, how}: "added", "replaced" (an edit, or the echo of a pending one), or null
   * when there is nothing to show or it is on the page already.
   */
  take(event) {
    if (event.seq > this.seq) this.seq = event.seq;
    const node = element(event.html);
    if (!node) return null;
    if (node.matches("li.note") && !node.textContent.trim()) return null;
    const there = node.id && document.getElementById(node.id);
    if (there) return event.event === "message.sent" ? null : this.#replace(there, node);
    if (node.matches("li.said") && event.event !== "message.sent") return null; // of a stretch that is not shown
    if (this.#has(event.seq)) return null;
    if (node.dataset.number) this.list.dataset.newest = Math.max(this.newest, number(node.dataset.number));
    return this.#insert(node, event);
  }

  /** Puts older entries above the first one. */
  prepend(nodes) {
    const fresh = nodes.filter((node) => node.matches("li") && !(node.id && document.getElementById(node.id)));
    this.list.prepend(...fresh);
    for (const node of fresh) enliven(node);
    this.#dress(this.list);
    layOut(this.list);
  }

  /** Takes over a fresh snapshot of the same conversation, leaving what is pending. */
  renew(list) {
    const pending = all(":scope > li[data-pending]", this.list);
    for (const name of Object.keys(list.dataset)) this.list.dataset[name] = list.dataset[name];
    this.list.replaceChildren(...list.children, ...pending);
    enliven(this.list);
    this.#dress(this.list);
    layOut(this.list);
  }

  // ── internals ──

  #has(seq) {
    return Boolean(find(`:scope > [data-seq="${seq}"]`, this.list));
  }

  #insert(node, event) {
    const clientId = event.data?.client_id;
    const echo = clientId && find(`li[data-pending][data-client-id="${CSS.escape(clientId)}"]`, this.list);
    this.#place(node, event.seq);
    echo?.remove();
    this.#settle(node);
    return { node, how: echo ? "replaced" : "added" };
  }

  // Almost always last; before what is still pending; further up only if frames overlapped a snapshot.
  #place(node, seq) {
    const after = all(":scope > li[data-seq]", this.list).findLast((entry) => number(entry.dataset.seq) < seq);
    const pending = find(":scope > li[data-pending]", this.list);
    const later = after ? after.nextElementSibling : find(":scope > li[data-seq]", this.list);
    if (later && later.dataset.seq) later.before(node);
    else if (pending) pending.before(node);
    else this.list.append(node);
  }

  #replace(old, node) {
    for (const name of OWN) node.classList.toggle(name, old.classList.contains(name));
    const focused = old.contains(document.activeElement);
    const pick = find(".pick", old);
    if (pick && !find(".pick", node)) node.prepend(pick);
    keepMine(node, old);
    old.replaceWith(node);
    this.#settle(node);
    if (focused) node.focus();
    return { node, how: "replaced" };
  }

  #settle(node) {
    foldAway(node);
    enliven(node);
    this.#dress(node);
    layOut(this.list, node);
  }

  #dress(root) {
    localTimes(root);
    pressMine(root, this.user);
  }
}
