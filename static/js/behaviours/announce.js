/* Reads new messages out, politely: a burst is one announcement. */

import { Gather } from "../lib/clock.js";
import { find, make } from "../lib/dom.js";
import { words } from "../words.js";
import { snippet } from "../inbox/order.js";

const BURST_MS = 1_500;

export class Announcer {
  #burst = [];
  #said = new Set();

  constructor() {
    this.gather = new Gather(BURST_MS, () => this.#say());
  }

  message(message) {
    this.#burst.push(message);
    this.gather.soon();
  }

  /** It is not there any more: not to be said, nor to be found where it was said. */
  withdraw(id) {
    this.#burst = this.#burst.filter((message) => message.id !== id);
    if (this.#said.has(id)) find("#announcer")?.replaceChildren();
  }

  #say() {
    const burst = this.#burst;
    if (!burst.length) return;
    this.#said = new Set(burst.map((message) => message.id));
    this.#burst = [];
    const [first] = burst;
    const name = first?.sender?.display_name ?? words.someone;
    this.#region().textContent = burst.length === 1 ? `${name}: ${snippet(first.body ?? "")}` : words.arrived(burst.length);
  }

  #region() {
    const region = find("#announcer") ?? make("div", { id: "announcer", class: "hidden", "aria-live": "polite" });
    if (!region.isConnected) document.body.append(region);
    return region;
  }
}
