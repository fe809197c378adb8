/* What another app shared with ours: put down by the worker, for one person of this browser. */

const NAME = "chatify-shared-";

/** `{words, files}` of what waits for this person. */
export async function waiting(user) {
  const cache = globalThis.caches && (await caches.has(NAME + user)) ? await caches.open(NAME + user) : null;
  const keys = (await cache?.keys()) ?? [];
  const found = await Promise.all(keys.map((key) => cache.match(key)));
  const texts = found.filter((answer) => !answer.headers.has("X-Name"));
  const files = await Promise.all(found.filter((answer) => answer.headers.has("X-Name")).map(fileOf));
  return { words: (await texts[0]?.json()) ?? {}, files };
}

/** The files of what waits, which wait no longer. */
export async function taken(user) {
  const { files } = await waiting(user);
  await globalThis.caches?.delete(NAME + user);
  return files;
}

async function fileOf(answer) {
  const name = decodeURIComponent(answer.headers.get("X-Name"));
  return new File([await answer.blob()], name, { type: answer.headers.get("Content-Type") ?? "" });
}
