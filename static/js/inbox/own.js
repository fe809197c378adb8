/* What this person does to their own inbox: done here, it is said with a way back; done elsewhere, it shows here. */

import { copies } from "../behaviours/copies.js";
import { renewLive } from "../behaviours/live.js";
import { Toast } from "../behaviours/toast.js";
import { all, find, setText } from "../lib/dom.js";
import { untilTime } from "../conversation/times.js";
import { words } from "../words.js";
import { Acts } from "./acts.js";

const UNDO_MS = 35_000;

/** `app`: {socket, feed, rows, pane, drafts, refreshingHead, signIn}. */
export class Own {
  constructor(app) {
    this.app = app;
    app.socket.on("state", ({ state }) => state === "ready" && app.drafts.flush());
    document.addEventListener("click", ({ target }) => target.closest("[data-all]") && chooseAll());
    document.addEventListener("change", ({ target }) => target.matches("form.choosing [name=conversation]") && showChosen());
    app.feed.on("event", ({ data }) => data?.client_id && this.#went(data.client_id));
    this.toast = new Toast();
    copies((text) => this.toast.say(text));
    this.acts = new Acts({ toast: this.toast, done: (answer) => this.#done(answer), ended: () => app.signIn() });
  }

  /** An `inbox` frame tells of another device, or of a snooze that is over; else it is a row that nobody knew. */
  elsewhere({ conversation, type }) {
    const own = type === "inbox";
    this.app.rows.want(conversation, own);
    const here = own && this.app.pane?.id === conversation && !this.app.drafts.isOwnNews(conversation);
    if (here) this.app.refreshingHead.soon();
    if (own) renewLive(conversation);
  }

  /** Does to the row that has the focus, else to the open conversation, what its form `name` does. */
  toggle(name) {
    const row = document.activeElement?.closest("#rows a.row[data-conversation]");
    const conversation = row?.dataset.conversation ?? this.app.pane?.id;
    if (conversation) this.acts.toggle(name, conversation, !(name === "pin" && row && "pinned" in row.dataset));
  }

  /** The list with boxes; the row that had the focus is chosen. */
  choose() {
    const chosen = document.activeElement?.closest("#rows a.row[data-conversation]")?.dataset.conversation;
    find("[data-choose]")?.click();
    if (chosen) document.addEventListener("htmx:afterSettle", () => check(chosen), { once: true });
  }

  /** Opens the menu of the open conversation at its snoozes. */
  snooze() {
    const menu = find("#standing");
    menu?.showPopover();
    find("[data-act=snooze] button", menu)?.focus();
  }

  /** A message waits for its time: said with the way back, and shown above the composer. */
  held({ id, held_until: until }) {
    const text = Date.parse(until) - Date.now() < UNDO_MS ? words.beingSent : words.goesAt(untilTime(new Date(until)));
    this.toast.say(text, () => this.acts.post(`/scheduled/${id}/cancel/`));
    this.app.refreshingHead.soon();
  }

  // What waited has entered the conversation.
  #went(clientId) {
    find(`#waiting [data-client-id="${CSS.escape(clientId)}"]`)?.remove();
  }

  #done({ conversations = [], away = false, body = null, attachments = [], to = null }) {
    const { rows, pane, refreshingHead, drafts } = this.app;
    if (to) return location.assign(to); // a first letter goes back into its form
    if (attachments.length) drafts.trays.of(conversations[0]).adopt(attachments);
    if (body !== null && conversations.includes(pane?.id)) pane.composer?.put(body);
    for (const conversation of conversations) rows.want(conversation, true);
    find("form.choosing [data-cancel]")?.click(); // back to the list
    if (!conversations.includes(pane?.id)) return;
    if (away) find("a[data-back]", pane.section)?.click();
    else refreshingHead.soon();
  }
}

const boxes = () => all("form.choosing input[name=conversation]");

function check(conversation) {
  const box = boxes().find((each) => each.value === conversation);
  if (!box) return;
  box.checked = true;
  box.focus();
  showChosen();
}

function chooseAll() {
  const wanted = boxes().some((box) => !box.checked);
  for (const box of boxes()) box.checked = wanted;
  showChosen();
}

function showChosen() {
  const count = boxes().filter((box) => box.checked).length;
  setText(find("#chosen-rows"), count ? words.chosenRows(count) : words.chooseRows);
}
