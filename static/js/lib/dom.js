/* The few DOM words that every behaviour uses. Text goes in as text, never as HTML (html.js does that). */

export const find = (selector, root = document) => root?.querySelector(selector) ?? null;
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** make("p", {class: "note", hidden: true}, "text", node): attributes by name, children as text or nodes. */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function setAttribute(node, name, value) {
  if (value === true) node.setAttribute(name, "");
  else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
}

/** Writes only what differs: an equal text written again would be read out again. */
export function setText(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

export function number(value) {
  const parsed = Number.parseInt(value ?? "", 10);
  return Number.isFinite(parsed) ? parsed : 0;
}

/** True where typing belongs to the element and not to shortcuts. */
export function isField(node) {
  return Boolean(node?.closest?.("input, textarea, select, [contenteditable]:not([contenteditable=false])"));
}

export const me = () => document.body.dataset.user || null;
export const language = () => document.documentElement.lang || "en";

export function csrfToken() {
  try {
    return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
  } catch {
    return "";
  }
}
