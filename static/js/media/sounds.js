/* Fetches the player of sounds when the first one is touched, and hands on what is done to one. */

const KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", " "];
let loading = null;

export function sounds() {
  for (const type of ["click", "input", "keydown"]) document.addEventListener(type, (event) => hand(event));
}

async function hand(event) {
  const player = event.target.closest?.(".player");
  if (!player || (event.type === "keydown" && !meant(event))) return;
  loading ??= import(player.dataset.script);
  try {
    (await loading).act(event, player);
  } catch {
    loading = null; // without a line: the next touch tries again
  }
}

// A space on a button is its click.
function meant(event) {
  const means = event.key === " " ? event.target.matches("input") : KEYS.includes(event.key);
  if (!means || event.ctrlKey || event.metaKey || event.altKey) return false;
  event.preventDefault();
  return true;
}
