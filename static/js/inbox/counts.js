/* How much waits: in the title and on the filters, one number each, counted by the server and kept by the events. */

import { all, number, setText } from "../lib/dom.js";

const PREFIX = /^\(\d+\+?\) /;

let shown = null;

/** The number on the installed app's icon, where the platform has one. */
function badge(total) {
  if (total === shown || !navigator.setAppBadge) return;
  shown = total;
  navigator.setAppBadge(total).catch(() => {});
}

export class Counts {
  waiting = { unread: 0 };

  get total() {
    return this.waiting.unread;
  }

  /** Reads what the server counted for this page. */
  mount() {
    this.renew(document);
  }

  /** The server's own numbers, where `page` carries them. */
  renew(page) {
    for (const badge of all("[data-waiting]", page)) this.waiting[badge.dataset.waiting] = number(badge.textContent);
    this.draw();
  }

  /** `kind` is the conversation's, where it is known; the list's next answer brings the rest. */
  changed(by, kind = "") {
    if (!by) return;
    const part = kind === "mail" ? "mail" : "chats";
    for (const name of kind ? ["unread", part] : ["unread"]) this.waiting[name] = Math.max(0, (this.waiting[name] ?? 0) + by);
    this.draw();
  }

  /** Another number of one of them, from the server itself. */
  set(name, count) {
    this.waiting[name] = count;
    this.draw();
  }

  draw() {
    const title = document.title.replace(PREFIX, "");
    const wanted = this.total ? `(${this.total}) ${title}` : title;
    if (document.title !== wanted) document.title = wanted;
    badge(this.total);
    for (const badge of all("[data-waiting]")) this.#badge(badge, this.waiting[badge.dataset.waiting] ?? 0);
  }

  #badge(badge, count) {
    if ("unreadTotal" in badge.dataset) badge.dataset.unreadTotal = count;
    badge.hidden = count === 0;
    setText(badge, String(count));
  }
}
