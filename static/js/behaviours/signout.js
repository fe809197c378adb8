/* Signing out leaves nothing of this person in the browser, and says so if that loses a message. */

import { words } from "../words.js";
import { ask } from "./dialogs.js";

export function signOut({ outbox, drafts, socket }) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !isSignOut(form) || form.method !== "post") return;
    event.preventDefault();
    leave(form, { outbox, drafts, socket });
  });
}

function isSignOut(form) {
  return new URL(form.action, location.href).pathname.endsWith("/logout/");
}

async function leave(form, { outbox, drafts, socket }) {
  const unsent = (await outbox.entries()).length;
  const sure = !unsent || (await ask({ text: words.leaving(unsent), yes: words.signOut, no: words.stay }));
  if (!sure) return;
  await outbox.clear();
  socket.pause();
  drafts.end();
  form.submit();
}
