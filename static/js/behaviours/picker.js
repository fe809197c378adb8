/* Choosing people while a search for others is under way: its answer knows nothing of the choice, and is left out. */

export function pickers() {
  document.addEventListener("change", ({ target }) => {
    target.closest(".picker .found")?.setAttribute("data-chosen", "");
  });
  document.addEventListener("htmx:beforeRequest", ({ target }) => {
    target.closest(".picker")?.querySelector(".found")?.removeAttribute("data-chosen");
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.matches(".found[data-chosen]")) detail.shouldSwap = false;
  });
}
