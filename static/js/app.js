/* The entry: makes the parts once per tab and gives each piece of the page to the part that keeps it alive. */

import { Announcer } from "./behaviours/announce.js";
import { Bell } from "./behaviours/bell.js";
import { CatchUp } from "./behaviours/catchup.js";
import { Connection } from "./behaviours/connection.js";
import { dialogs } from "./behaviours/dialogs.js";
import { Here } from "./behaviours/here.js";
import { Keyboard } from "./behaviours/keyboard.js";
import { Offline } from "./behaviours/offline.js";
import { presence } from "./behaviours/presence.js";
import { signOut } from "./behaviours/signout.js";
import { signIn, swaps } from "./behaviours/swaps.js";
import { Drafts } from "./conversation/drafts.js";
import { Got } from "./conversation/got.js";
import { Pane } from "./conversation/pane.js";
import { keepTimes, localTimes } from "./conversation/times.js";
import { Counts } from "./inbox/counts.js";
import { showEdit } from "./inbox/edits.js";
import { Own } from "./inbox/own.js";
import { Rows } from "./inbox/rows.js";
import { Gather } from "./lib/clock.js";
import { csrfToken, find, language, me } from "./lib/dom.js";
import { files } from "./media/everywhere.js";
import { carrier, FormCarrier, SocketCarrier } from "./realtime/carriers.js";
import { Cursors } from "./realtime/cursors.js";
import { Feed } from "./realtime/feed.js";
import { Outbox } from "./realtime/outbox.js";
import { persist } from "./realtime/persist.js";
import { Socket } from "./realtime/socket.js";
import { openStore } from "./realtime/store.js";
import { Tabs } from "./realtime/tabs.js";

const HEAD_MS = 800;
const visible = () => document.visibilityState === "visible";
const socketUrl = () => `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws/`;

class App {
  pane = null;

  constructor({ user, store }) {
    this.user = user;
    this.drafts = new Drafts(user);
    this.cursors = new Cursors(document.body.dataset.epoch || null);
    const hello = (useCursors) => ({ ...this.cursors.hello(useCursors), language: language() });
    this.socket = new Socket({ url: socketUrl(), hello, visible });
    this.feed = new Feed({ socket: this.socket, cursors: this.cursors });
    this.bySocket = new SocketCarrier(this.socket, { user });
    this.byForm = new FormCarrier({ user, csrf: csrfToken });
    this.outbox = new Outbox({ user, store, tabs: new Tabs(user), visible, carrier: () => carrier(this) });
    this.got = new Got({ send: (frame) => this.socket.send(frame) });
    this.announce = new Announcer();
    this.refreshingHead = new Gather(HEAD_MS, () => this.pane?.refreshHead().catch(() => {}));
    this.catchUp = new CatchUp({ refresh: () => this.#refreshCounts(), visible });
    this.counts = new Counts();
    this.rows = new Rows({ user, counts: this.counts, feed: this.feed, reading: () => this.pane?.id ?? null });
    this.own = new Own(this);
  }

  // ── lifecycle ──

  start() {
    this.#listen();
    for (const Part of [Connection, Here, Keyboard, Bell]) new Part(this);
    dialogs();
    files(this.drafts.trays);
    signOut(this, new Offline(this)); // what the browser keeps of somebody begins with their page, and ends with it
    presence(this);
    swaps((target) => this.refresh(target), () => this.socket.halt("signin"));
    keepTimes();
    this.refresh(document.body);
    this.socket.start();
  }

  /** Looks at the page again: a pane or the list may have been replaced. */
  refresh(target) {
    if (target !== document.body) localTimes(target);
    const section = find("#conversation[data-conversation]");
    if (section !== (this.pane?.section ?? null)) this.#open(section);
    if (find("#rows") !== this.rows.list) this.rows.mount();
    this.rows.current(this.pane?.id ?? null);
    this.counts.mount();
  }

  // ── actions ──

  /** Tells the server what was read; false when it has to be told again. */
  postRead(conversation, number) {
    this.rows.read(conversation, number);
    this.got.read(conversation, number);
    return this.socket.send({ type: "read", conversation, number });
  }

  /** The session is over: to the sign-in page, unless something typed would be lost on the way. */
  signIn() {
    this.pane?.composer?.keep();
    if (!this.atRisk) signIn();
  }

  /** Whether something typed lives only as long as this page. */
  get atRisk() {
    return this.outbox.store.atRisk > 0 || this.drafts.atRisk;
  }

  // ── callbacks ──

  #listen() {
    const { socket, feed, outbox } = this;
    socket.on("state", ({ state, reason }) => this.#changed(state, reason));
    feed.on("event", (frame) => this.#event(frame));
    feed.on("unknown", (frame) => this.own.elsewhere(frame));
    feed.on("reset", ({ conversation }) => this.#reset(conversation));
    feed.on("stale", () => this.#stale());
    feed.on("lossy", () => this.catchUp.soon());
    socket.on("heartbeat", () => this.#beat());
    feed.on("receipt", (frame) => this.#receipt(frame));
    feed.on("typing", (frame) => this.#here(frame)?.typed(frame));
    outbox.on("changed", () => this.pane?.showPending());
    outbox.on("acked", (news) => this.#here(news)?.acked(news));
    outbox.on("gone", ({ client_id: id }) => this.pane?.pending.gone(id));
    outbox.on("signin", () => this.socket.halt("signin"));
    document.addEventListener("visibilitychange", () => visible() && this.#lookedAt());
  }

  #changed(state, reason) {
    if (state === "ready" && this.socket.user !== this.user) return this.socket.halt("reload");
    if (state === "stopped" && reason === "signin") return this.signIn();
    if (state !== "ready") return this.outbox.drain();
    this.pane?.reading.flush();
    return this.outbox.hurry();
  }

  #event(frame) {
    const pane = this.#here(frame);
    pane?.event(frame);
    this.rows.event(frame, pane?.hasRead(frame) ?? false);
    showEdit(this.rows, frame);
    if (frame.event === "message.sent") this.#said(frame);
    else if (pane && /^(member|conversation)\./.test(frame.event)) this.refreshingHead.soon();
  }

  #said({ conversation, data, actor }) {
    if (actor !== this.user) this.got.arrived(conversation, data.number);
    else if (data.client_id) this.#echoed(data.client_id);
  }

  #echoed(clientId) {
    this.bySocket.echoed(clientId);
    this.outbox.seen(clientId);
  }

  // The link lives: what waited for it need not wait longer, and what was read may be told again.
  #beat() {
    this.outbox.hurry();
    this.pane?.reading.remind();
  }

  #receipt(frame) {
    this.#here(frame)?.receipt(frame);
    this.rows.receipt(frame);
  }

  #reset(conversation) {
    this.rows.want(conversation);
    const pane = this.#here({ conversation });
    if (pane) persist(() => pane.reset(), pane.signal);
  }

  // Signed in elsewhere meanwhile: this page, which could not leave, goes on.
  #lookedAt() {
    this.catchUp.seen();
    if (this.socket.reason === "signin") this.socket.reopen();
  }

  #refreshCounts() {
    const { pane } = this;
    persist(() => this.rows.refresh());
    if (pane) persist(() => pane.refreshReceipts(), pane.signal);
  }

  #stale() {
    const { pane } = this;
    if (pane) persist(() => pane.reset(), pane.signal);
    persist(() => this.rows.reset());
  }

  // ── internals ──

  #here({ conversation }) {
    return this.pane?.id === conversation ? this.pane : null;
  }

  #open(section) {
    this.pane?.end();
    this.pane = section && find("#timeline", section) ? new Pane(section, this) : null;
  }
}

const user = me();
if (user) new App({ user, store: await openStore() }).start();
