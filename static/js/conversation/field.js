/* What the field of the composer needs to know of browsers. */

const TALLEST = 0.4; // of the window's height

/** As tall as what is written in it. */
export function grow(field) {
  if (CSS.supports("field-sizing", "content")) return; // the style sheet does it
  const { style } = field;
  style.height = "auto";
  const border = field.offsetHeight - field.clientHeight;
  style.height = `${Math.min(field.scrollHeight + border, innerHeight * TALLEST)}px`;
  style.overflowY = field.scrollHeight > innerHeight * TALLEST ? "auto" : "hidden";
}

/** Half an emoji (cut by a script or a keyboard) is not text: no server takes it. */
export const wellFormed = (text) => text.toWellFormed?.() ?? text;

/** On a phone Enter is the only way to a new line; the button sends. */
export function isTouch() {
  return matchMedia("(pointer: coarse) and (hover: none)").matches;
}
