/* How far this tab has seen each conversation. Contiguous or not at all: the last line of defence against holes. */

const MOST_IN_HELLO = 200;

export class Cursors {
  #last = new Map();
  #named = {};

  constructor(epoch = null) {
    this.epoch = epoch;
  }

  /** A snapshot is on the page: whatever it shows ends at `seq`, so we listen from there (also backwards). */
  place(conversation, seq) {
    this.#last.delete(conversation); // re-inserted last: hello names the most recently used ones
    this.#last.set(conversation, seq);
  }

  last(conversation) {
    return this.#last.get(conversation);
  }

  knows(conversation) {
    return this.#last.has(conversation);
  }

  /** "old" (seen), "next" (apply it now; the cursor has moved) or "gap" (something before it is missing). */
  admit(conversation, seq) {
    const last = this.#last.get(conversation);
    if (last !== undefined && seq <= last) return "old";
    if (last !== undefined && seq > last + 1) return "gap";
    this.#last.set(conversation, seq);
    return "next";
  }

  /** Conversations whose head is ahead of what we saw. */
  behind(heads) {
    return Object.keys(heads).filter((id) => this.knows(id) && heads[id] > this.last(id));
  }

  /** Conversations we have never heard of; from now on we have. */
  learn(heads) {
    const fresh = Object.keys(heads).filter((id) => !this.knows(id));
    for (const id of fresh) this.#last.set(id, heads[id]);
    return fresh;
  }

  forget(conversation) {
    this.#last.delete(conversation);
  }

  hello(useCursors = true) {
    const newest = [...this.#last].slice(-MOST_IN_HELLO);
    this.#named = useCursors ? Object.fromEntries(newest) : {};
    return { epoch: useCursors ? this.epoch : null, conversations: this.#named };
  }

  /** Conversations that came onto the page, or moved back, after the last hello was said. */
  unnamed(conversations) {
    return [...conversations].filter((id) => this.knows(id) && !(this.#named[id] <= this.last(id)));
  }
}
