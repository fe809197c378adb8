/* How much is unread in all: in the title and on the filter. */

import { all, find, number, setText } from "../lib/dom.js";

const PREFIX = /^\(\d+\+?\) /;

export class Counts {
  total = 0;

  /** Reads what the server counted for this page. */
  mount() {
    const badge = find("[data-unread-total]");
    if (badge) this.total = number(badge.dataset.unreadTotal || badge.textContent);
    this.draw();
  }

  /** The server's own number, where `page` carries it. */
  renew(page) {
    const badge = find("[data-unread-total]", page);
    if (badge) this.total = number(badge.dataset.unreadTotal);
    this.draw();
  }

  changed(by) {
    if (!by) return;
    this.total = Math.max(0, this.total + by);
    this.draw();
  }

  draw() {
    const title = document.title.replace(PREFIX, "");
    const wanted = this.total ? `(${this.total}) ${title}` : title;
    if (document.title !== wanted) document.title = wanted;
    for (const badge of all("[data-unread-total]")) this.#badge(badge);
  }

  #badge(badge) {
    badge.dataset.unreadTotal = this.total;
    badge.hidden = this.total === 0;
    setText(badge, String(this.total));
  }
}
