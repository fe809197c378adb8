/* The other tabs of the same person in this browser. */

import { Emitter } from "../lib/emitter.js";

export class Tabs extends Emitter {
  #channel = null;

  constructor(user) {
    super();
    if (!globalThis.BroadcastChannel) return;
    this.#channel = new BroadcastChannel(`chatify:${user}`);
    this.#channel.onmessage = ({ data }) => this.emit(data.type, data);
  }

  tell(type, detail = {}) {
    this.#channel?.postMessage({ type, ...detail });
  }
}
