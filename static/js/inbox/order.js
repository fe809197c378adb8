/* Where a row belongs: newest activity first, equal times by id, as the server's keyset has it. */

/** Sorts like the server's list; rows are {at: ISO text, id}. */
export function compare(a, b) {
  if (a.at !== b.at) return a.at < b.at ? 1 : -1;
  if (a.id !== b.id) return a.id < b.id ? 1 : -1;
  return 0;
}

/** One line of plain text for the list, cut by characters a person sees, not by code units. */
export function snippet(body, length = 120) {
  const line = body.replace(/[*_`~>#|]+/gu, "").replace(/\s+/gu, " ").trim();
  const points = [...line];
  return points.length > length ? `${points.slice(0, length - 1).join("").trimEnd()}…` : line;
}
