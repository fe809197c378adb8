/* Who is here now: words where a page says it of somebody, a dot on every face of them, also on those drawn later. */

import { all, find, make, setText } from "../lib/dom.js";
import { localTimes } from "../conversation/times.js";
import { words } from "../words.js";

// A style and not a class on each face: rows and messages are drawn anew all the time.
const dots = (ids) => ids.map((id) => `.face[data-person="${id}"]`).join();

export class Here {
  #people = new Set();
  #sheet = new CSSStyleSheet();

  constructor({ socket, feed }) {
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, this.#sheet];
    feed.on("presence", (frame) => this.#presence(frame));
    // The line is gone: what was known of others is no longer true.
    socket.on("state", ({ state }) => state !== "ready" && this.#forget());
  }

  #presence({ user, online, last_seen: lastSeen }) {
    if (online) this.#people.add(user);
    else this.#people.delete(user);
    this.#draw();
    for (const node of all(`[data-seen="${CSS.escape(user)}"]`)) say(node, online, lastSeen);
  }

  #forget() {
    this.#people.clear();
    this.#draw();
  }

  #draw() {
    const ids = [...this.#people].map((id) => CSS.escape(id));
    this.#sheet.replaceSync(ids.length ? `${dots(ids)} { --here: 1; }` : "");
  }
}

function say(node, online, lastSeen) {
  const text = find("span", node);
  node.hidden = !online && !lastSeen;
  if (online) setText(text, words.hereNow);
  else if (lastSeen) {
    text.replaceChildren(`${words.lastHere} `, make("time", { datetime: lastSeen, "data-format": "row" }));
    localTimes(node);
  }
}
