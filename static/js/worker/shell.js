/* The files that every page loads, and the page that says that there is no line. Two releases are kept, so that a page
   of the last one still finds what belongs to it. */

const PREFIX = "chatify-shell-";
const RELEASES = 2;
const HASHED = /\.[0-9a-f]{12}\.\w+$/; // never another content under this name

export class Shell {
  constructor({ version, files, offline }) {
    Object.assign(this, { name: PREFIX + version, files, offlinePage: offline });
  }

  async fill() {
    const cache = await caches.open(this.name);
    await cache.addAll([...this.files, this.offlinePage].map((path) => new Request(path, { cache: "no-cache" })));
  }

  async tidy() {
    const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== this.name);
    await Promise.all(names.slice(0, 1 - RELEASES || undefined).map((name) => caches.delete(name)));
  }

  async file(request, url) {
    const hashed = HASHED.test(url.pathname);
    const known = hashed ? await caches.match(request) : null;
    return known ?? this.#fetched(request).catch(async (problem) => (await caches.match(request)) ?? Promise.reject(problem));
  }

  async offline() {
    return (await caches.match(this.offlinePage)) ?? Response.error();
  }

  // ── internals ──

  async #fetched(request) {
    const answer = await fetch(request);
    if (answer.ok && answer.type === "basic" && !request.headers.has("range")) {
      const copy = answer.clone();
      caches.open(this.name).then((cache) => cache.put(request, copy)).catch(() => {}); // a full disk: served all the same
    }
    return answer;
  }
}
