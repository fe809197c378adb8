/* Sounds and voice notes. One plays at a time, wherever it is drawn: a message drawn anew goes on where it was.
   Loaded with the first one that is touched (sounds.js). */

const SPEEDS = [1, 1.5, 2];
const STEP_SECONDS = 5;
const audio = new Audio();
const places = new Map(); // how far each was heard, by its address
let current = null;

for (const type of ["timeupdate", "play", "pause", "ended", "error"]) audio.addEventListener(type, () => show());
document.addEventListener("play", () => audio.pause(), true); // a film begins

/** What somebody does to a player: a click, a key, or a drag along it. */
export function act({ type, target, key }, player) {
  if (type === "input") seek(player, Number(target.value));
  else if (type === "keydown") pressed(player, key);
  else if (target.closest(".speed")) faster();
  else if (target.closest(".icon")) toggle(player);
}

// ── actions ──

function toggle({ dataset: { sound } }) {
  if (sound === current && plays()) return audio.pause();
  for (const film of document.querySelectorAll("video")) film.pause();
  take(sound);
  return audio.play().catch(() => {}); // what is wrong is told by its own event
}

function seek(player, seconds) {
  const { sound } = player.dataset;
  places.set(sound, Math.min(Math.max(0, seconds), length(player)));
  if (sound === current) audio.currentTime = places.get(sound);
  draw(player);
}

function pressed(player, key) {
  if (key === " ") return toggle(player);
  return seek(player, (places.get(player.dataset.sound) ?? 0) + (key === "ArrowRight" ? STEP_SECONDS : -STEP_SECONDS));
}

function faster() {
  audio.defaultPlaybackRate = SPEEDS[(SPEEDS.indexOf(audio.playbackRate) + 1) % SPEEDS.length];
  audio.playbackRate = audio.defaultPlaybackRate;
  document.querySelectorAll(".player").forEach(draw);
}

// ── callbacks ──

function show() {
  const players = [...document.querySelectorAll(".player")].filter(({ dataset }) => dataset.sound === current);
  if (audio.ended) places.set(current, 0);
  else if (audio.readyState) places.set(current, audio.currentTime);
  if (players.length) players.forEach(draw);
  else audio.pause(); // it went, or its page did: nobody could stop it any more
}

// ── internals ──

function take(sound) {
  if (sound === current && !audio.error) return;
  const before = current;
  current = sound;
  audio.src = sound;
  audio.currentTime = places.get(sound) ?? 0;
  for (const player of document.querySelectorAll(".player")) if (player.dataset.sound === before) draw(player);
}

function draw(player) {
  const { sound, trouble } = player.dataset;
  const mine = sound === current;
  const [at, range] = [places.get(sound) ?? 0, player.querySelector("input")];
  player.querySelector(".icon").setAttribute("aria-pressed", mine && plays());
  range.value = at;
  range.setAttribute("aria-valuetext", clock(at));
  player.style.setProperty("--heard", length(player) ? at / length(player) : 0);
  const [elapsed, broken] = [player.parentNode.querySelector(".elapsed"), mine && Boolean(audio.error)];
  elapsed.textContent = broken ? `${trouble} ` : `${clock(at)} / `;
  elapsed.parentNode.toggleAttribute("data-trouble", broken); // its line breaks, so that the way to the file stays in sight
  const speed = player.querySelector(".speed");
  speed.textContent = `${audio.playbackRate}×`;
  speed.setAttribute("aria-label", `Speed ${audio.playbackRate}`);
}

/** What broke off stays "not paused" for the browser. */
function plays() {
  return !audio.paused && !audio.error;
}

function length(player) {
  return Number(player.querySelector("input").max);
}

function clock(seconds) {
  const [minutes, rest] = [Math.floor(seconds / 60), Math.floor(seconds % 60)];
  const short = `${String(rest).padStart(2, "0")}`;
  return minutes < 60 ? `${minutes}:${short}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${short}`;
}
