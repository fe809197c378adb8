/* The only module that turns HTML into nodes. What comes in was rendered by our own server: the `html` field
   of a frame or the answer to a request for a partial. Nothing a person typed passes here unrendered. */

/** Inert nodes of `html`; scripts in it never run. */
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** The first element of `html`, or null. */
export function element(html) {
  return parse(html ?? "").firstElementChild;
}

/** Fetches a partial of ours and returns its nodes; throws a Response when the answer is not a page for us. */
export async function fetchPartial(url, { target = "", signal } = {}) {
  const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
  if (target) headers["HX-Target"] = target;
  const answer = await fetch(url, { headers, signal, credentials: "same-origin", redirect: "manual" });
  if (!answer.ok) throw answer;
  return parse(await answer.text());
}

/** Makes htmx attributes work in nodes that htmx did not put on the page itself. */
export function enliven(node) {
  globalThis.htmx?.process(node);
  return node;
}
