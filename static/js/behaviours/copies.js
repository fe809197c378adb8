/* `<button data-copies="id">` copies what the field with that id holds, and says so. */

import { words } from "../words.js";

export function copies(say) {
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-copies]");
    if (button) copy(document.getElementById(button.dataset.copies), say);
  });
}

async function copy(field, say) {
  field.select(); // where the browser lets nobody copy, the person does it themselves
  await navigator.clipboard?.writeText(field.value).then(() => say(words.deeds.linked), () => {});
}
