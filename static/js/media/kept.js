/* Which files wait for their message, per person and conversation: names and numbers in this browser, bytes on the
   server. */

const PREFIX = "chatify:files:";

export class Kept {
  #written = new Map();

  constructor(user, storage) {
    Object.assign(this, { prefix: `${PREFIX}${user}:`, storage });
  }

  read(conversation) {
    try {
      return JSON.parse(this.storage?.getItem(this.prefix + conversation) ?? "[]");
    } catch {
      return []; // not what we wrote
    }
  }

  write(conversation, files) {
    const text = JSON.stringify(files);
    if (this.#written.get(conversation) === text) return; // progress alone changes nothing here
    this.#written.set(conversation, text);
    try {
      if (files.length) this.storage?.setItem(this.prefix + conversation, text);
      else this.storage?.removeItem(this.prefix + conversation);
    } catch {
      // a full disk: they live as long as the page
    }
  }

  end() {
    const keys = Object.keys(this.storage ?? {}).filter((key) => key.startsWith(this.prefix));
    for (const key of keys) this.storage.removeItem(key);
  }
}
