/* What one person looked at lately, as it was: the inbox, conversations, faces. It belongs to whom the server showed a
   page last. A page for somebody else, or for nobody, ends it, and so does signing out. */

const NOW = "chatify-now";
const PAGES = "chatify-pages-";
const PARTS = "chatify-parts-";
const MOST = { [PAGES]: 40, [PARTS]: 300 };
const FRESH_MS = 60_000; // a page that was kept less than this ago is not asked for again
const KEPT = "X-Chatify-Kept";
const CONVERSATION = /^\/c\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\/$/;
const FOR_ANYBODY = /^\/(demo|offline)\//;

export class Kept {
  #turn = Promise.resolve(); // one after the other: what is put down after a sign-out belongs to nobody

  // ── whose it is ──

  /** `{user, csrf}` of whom the pages are for, or `{}`. */
  async now() {
    const answer = await caches.match("/now", { cacheName: NOW });
    return answer ? answer.json() : {};
  }

  /** An open page says for whom it is. */
  meet({ user, csrf }) {
    return this.#next(() => this.#isFor(user, csrf));
  }

  /** A page came from the server at `url`. */
  async saw(url, answer) {
    if (!isHtml(answer) || FOR_ANYBODY.test(url.pathname)) return undefined;
    const html = await answer.text();
    const { user, csrf } = belongsTo(html);
    return this.#next(async () => {
      await this.#isFor(user, csrf);
      if (user && isKeepable(url.pathname)) await this.#put(user, url.pathname, html, answer.headers);
    });
  }

  /** Nothing of anybody stays. */
  forget() {
    return this.#next(() => this.#isFor(null));
  }

  // ── pages ──

  /** Asks for these pages and keeps them, if they are still for this person. */
  async keep({ user, paths }) {
    for (const path of paths.filter(isKeepable)) await this.#renew(user, path).catch(() => {}); // no line: later
  }

  /** The kept page of this address with the time of then, or null. */
  async page({ pathname }) {
    const { user } = await this.now();
    const path = pathname === "/" ? "/inbox/" : pathname;
    const found = user ? await caches.match(path, { cacheName: PAGES + user }) : null;
    if (!found) return null;
    const html = (await found.text()).replace("<body ", `<body data-kept="${found.headers.get(KEPT)}" `);
    return new Response(html, { headers: found.headers });
  }

  // ── what belongs to pages ──

  isPart({ pathname }) {
    return pathname === "/me.css" || pathname.startsWith("/avatars/");
  }

  async part(request) {
    const { user } = await this.now();
    const known = user ? await caches.match(request, { cacheName: PARTS + user }) : null;
    if (known) return known;
    const answer = await fetch(request);
    if (!answer.ok || !user) return answer;
    const copy = answer.clone();
    this.#next(() => this.#file(PARTS, user, request, copy)).catch(() => {}); // a full disk: shown all the same
    return answer;
  }

  // ── internals ──

  #next(does) {
    const done = this.#turn.then(does);
    this.#turn = done.catch(() => {});
    return done;
  }

  async #isFor(user, csrf = "") {
    const known = await this.now();
    if (known.user !== (user ?? undefined)) await this.#wipe();
    if (user) await (await caches.open(NOW)).put("/now", Response.json({ user, csrf: csrf || known.csrf || "" }));
  }

  async #wipe() {
    const theirs = (await caches.keys()).filter((name) => /^chatify-(now|pages-|parts-|shared-)/.test(name));
    await Promise.all(theirs.map((name) => caches.delete(name)));
  }

  async #renew(user, path) {
    const known = await caches.match(path, { cacheName: PAGES + user });
    if (Date.now() - Date.parse(known?.headers.get(KEPT) ?? 0) < FRESH_MS) return;
    const answer = await fetch(path, { headers: { Accept: "text/html" }, redirect: "manual", credentials: "same-origin" });
    if (!isHtml(answer)) return;
    const html = await answer.text();
    if (belongsTo(html).user === user) await this.#next(() => this.#put(user, path, html, answer.headers));
  }

  async #put(user, path, html, before) {
    const headers = new Headers(before);
    for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
    headers.set(KEPT, new Date().toISOString());
    await this.#file(PAGES, user, path, new Response(html, { headers }));
  }

  async #file(kind, user, key, answer) {
    if ((await this.now()).user !== user) return;
    const cache = await caches.open(kind + user);
    await cache.delete(key); // the newest last
    await cache.put(key, answer);
    const keys = await cache.keys();
    await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST[kind])).map((each) => cache.delete(each)));
  }
}

const isKeepable = (path) => path === "/inbox/" || CONVERSATION.test(path);
const isHtml = (answer) => answer.ok && (answer.headers.get("Content-Type") ?? "").startsWith("text/html");

// Text that people typed is escaped: this can only be the body's own.
function belongsTo(html) {
  const [, user] = /<body data-user="([0-9a-f-]{36})"/.exec(html) ?? [];
  const [, csrf] = /"X-CSRFToken": "(\w+)"/.exec(html) ?? [];
  return { user, csrf };
}
