/* The ways files come in: chosen or taken with a camera, dropped on the conversation, pasted into the field. */

import { all } from "../lib/dom.js";

export function intake({ form, section, field, take, signal }) {
  const inputs = all("input[type=file]", form);
  const on = (target, type, does) => target.addEventListener(type, does, { signal });
  for (const input of inputs) on(input, "change", () => chosen(input, take));
  on(field, "paste", (event) => pasted(event, take));
  on(section, "dragover", (event) => over(event, section));
  on(section, "dragleave", (event) => section.contains(event.relatedTarget) || end(section));
  on(section, "drop", (event) => dropped(event, section, take));
  for (const input of inputs) if (input.files.length) chosen(input, take); // before this script was there
}

function chosen(input, take) {
  const files = [...input.files];
  input.value = ""; // the form brings none itself
  take(files);
}

// A table copied from a spreadsheet comes as a text and as its picture: the text is meant.
function pasted(event, take) {
  const { files, types } = event.clipboardData ?? {};
  if (!files?.length || types.includes("text/plain")) return;
  event.preventDefault();
  take([...files]);
}

function over(event, section) {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
  section.classList.add("dropping");
}

function dropped(event, section, take) {
  end(section);
  const files = [...(event.dataTransfer?.files ?? [])];
  if (!files.length) return;
  event.preventDefault();
  take(files);
}

const end = (section) => section.classList.remove("dropping");
