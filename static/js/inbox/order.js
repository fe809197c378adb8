/* Where a row belongs: pinned first, then newest activity, equal times by id, as the server's keyset has it. */

/** Sorts like the server's list; rows are {pinned, at: ISO text, id}. */
export function compare(a, b) {
  if (Boolean(a.pinned) !== Boolean(b.pinned)) return a.pinned ? -1 : 1;
  if (a.at !== b.at) return a.at < b.at ? 1 : -1;
  if (a.id !== b.id) return a.id < b.id ? 1 : -1;
  return 0;
}

const LINE_MARKS = /^[ \t]*(?:#{1,6}|>+)[ \t]+|^[ \t]*```.*$/gmu;
const WORD_MARKS = /(?<![\p{L}\p{N}])[*_`~]+(?=\S)|(?<=\S)[*_`~]+(?![\p{L}\p{N}])/gu;

/** One line of plain text for the list, without marks as the server has it, cut by characters a person sees. */
export function snippet(body, length = 120) {
  const line = body.replace(LINE_MARKS, "").replace(WORD_MARKS, "").replace(/\s+/gu, " ").trim();
  const points = [...line];
  return points.length > length ? `${points.slice(0, length - 1).join("").trimEnd()}…` : line;
}

/** The keyboard's focus stays on the row it was on, wherever that goes and whatever node it becomes. */
export function keepingFocus(change) {
  const id = document.activeElement?.closest("#rows a.row[data-conversation]")?.id;
  change();
  if (id) document.getElementById(id)?.focus({ preventScroll: true });
}

/** Puts a row among the others where it belongs. */
export function place(row, rows) {
  const others = rows.filter((other) => other.node !== row.node);
  const next = others.find((other) => compare(row, other) < 0);
  if (next && next.node.previousElementSibling !== row.node) keepingFocus(() => next.node.before(row.node));
  else if (!next && others.length) keepingFocus(() => others.at(-1).node.after(row.node));
}
