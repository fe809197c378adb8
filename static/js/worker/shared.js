/* What another app shares waits here until a conversation is chosen for it. */

const NAME = "chatify-shared-";
const MOST = 10;
const NAMES = ["title", "text", "url"];
const ADDRESS = 1_000; // characters
const LARGEST = 1024 ** 3; // bytes of all files together

export class Shared {
  constructor(kept) {
    this.kept = kept;
  }

  /** What the device shares comes from no page. Another site's form does: the server hears of it, and refuses it. */
  isMeant({ method, mode, headers, referrer }, { pathname, origin }) {
    const from = [headers.get("Origin") ?? "null", referrer ? new URL(referrer).origin : "null"];
    const mine = from.every((each) => each === "null" || each === origin);
    return method === "POST" && mode === "navigate" && pathname === "/share/" && mine;
  }

  async take(request) {
    const form = await request.formData();
    const words = Object.fromEntries(NAMES.map((name) => [name, form.get(name)]).filter(([, value]) => isText(value)));
    const files = fitting(form.getAll("files").filter((file) => file instanceof File && file.name).slice(0, MOST));
    if (await this.#keep(words, files).catch(() => false)) return Response.redirect("/share/", 303);
    const short = Object.entries(words).map(([name, value]) => [name, value.slice(0, ADDRESS)]);
    return Response.redirect(`/share/?${new URLSearchParams(short)}`, 303);
  }

  // ── internals ──

  // False where nobody is known to keep it for, and fails on a full disk: then the sign-in page comes first, and what fits the address comes back.
  async #keep(words, files) {
    const { user } = await this.kept.now();
    if (!user) return false;
    await caches.delete(NAME + user); // what was shared before and went nowhere
    const cache = await caches.open(NAME + user);
    await cache.put("/shared/words", Response.json(words));
    for (const [place, file] of files.entries()) await cache.put(`/shared/${place}`, answerOf(file));
    return true;
  }
}

function fitting(files) {
  let left = LARGEST;
  return files.filter(({ size }) => (left -= size) >= 0);
}

const isText = (value) => typeof value === "string" && value.trim() !== "";

function answerOf(file) {
  const headers = { "Content-Type": file.type || "application/octet-stream", "X-Name": encodeURIComponent(file.name) };
  return new Response(file, { headers });
}
