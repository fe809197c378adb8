/* A finger that stays on something: what a second mouse button is elsewhere. */

const LONG_MS = 450;
const MOVED = 10;

/** Calls `does(element)` when a finger that rested on an element that matches `selector` is lifted. */
export function onPress(root, selector, does, signal) {
  let timer = 0;
  let start = null;
  let fired = null;
  const stop = () => clearTimeout(timer);
  const on = (type, listener) => root.addEventListener(type, listener, { signal, capture: true });

  on("pointerdown", (event) => {
    const item = event.target.closest(selector);
    fired = null;
    stop();
    if (event.pointerType === "mouse" || !item) return;
    start = event;
    timer = setTimeout(() => {
      fired = item;
      item.classList.add("held");
    }, LONG_MS);
  });
  on("pointermove", (event) => {
    if (start && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) > MOVED) stop();
  });
  // A menu that opened below the finger would close as it is lifted: it opens right after that.
  on("pointerup", () => {
    stop();
    fired?.classList.remove("held");
    if (fired) setTimeout(does, 0, fired);
  });
  on("pointercancel", () => {
    stop();
    fired?.classList.remove("held");
    fired = null;
  });
  // The finger that opened the menu must not also follow a link below it, nor call the browser's own menu.
  for (const type of ["click", "contextmenu"]) on(type, (event) => fired && event.preventDefault());
}
