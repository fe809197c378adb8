/* What this person does to their own inbox: done here, it is said with a way back; done elsewhere, it shows here. */

import { Toast } from "../behaviours/toast.js";
import { find } from "../lib/dom.js";
import { Acts } from "./acts.js";

/** `app`: {rows, pane, refreshingHead, signIn}. */
export class Own {
  constructor(app) {
    this.app = app;
    this.toast = new Toast();
    this.acts = new Acts({ toast: this.toast, done: (answer) => this.#done(answer), ended: () => app.signIn() });
  }

  /** An `inbox` frame tells of another device, or of a snooze that is over; else it is a row that nobody knew. */
  elsewhere({ conversation, type }) {
    const own = type === "inbox";
    this.app.rows.want(conversation, own);
    if (own && this.app.pane?.id === conversation) this.app.refreshingHead.soon();
  }

  /** Does to the row that has the focus, else to the open conversation, what its form `name` does. */
  toggle(name) {
    const row = document.activeElement?.closest("#rows a.row[data-conversation]");
    const conversation = row?.dataset.conversation ?? this.app.pane?.id;
    if (conversation) this.acts.toggle(name, conversation, !(name === "pin" && row && "pinned" in row.dataset));
  }

  /** Opens the menu of the open conversation at its snoozes. */
  snooze() {
    const menu = find("#standing");
    menu?.showPopover();
    find("[data-act=snooze] button", menu)?.focus();
  }

  #done({ conversations = [], away = false }) {
    const { rows, pane, refreshingHead } = this.app;
    for (const conversation of conversations) rows.want(conversation, true);
    if (!conversations.includes(pane?.id)) return;
    if (away) find("a[data-back]", pane.section)?.click();
    else refreshingHead.soon();
  }
}
