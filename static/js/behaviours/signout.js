/* Signing out leaves nothing of this person in the browser, and says so if that loses a message. A form whose answer is
   a new page is waited for: if it ends this session (everywhere, or for ever), the closing socket must not lead away. */

import { words } from "../words.js";
import { ask } from "./dialogs.js";

const ANSWERED_MS = 20_000;

/** What the browser keeps of somebody ends here. */
export function signOut({ outbox, drafts, socket }, offline) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (!isSignOut(form)) {
      holdOff(socket);
      return;
    }
    event.preventDefault();
    leave(form, { outbox, drafts, socket, offline });
  });
}

function holdOff(socket) {
  socket.pause();
  setTimeout(() => socket.reopen(), ANSWERED_MS);
}

function isSignOut(form) {
  return new URL(form.action, location.href).pathname.endsWith("/logout/");
}

async function leave(form, { outbox, drafts, socket, offline }) {
  const unsent = (await outbox.entries()).length;
  const sure = !unsent || (await ask({ text: words.leaving(unsent), yes: words.signOut, no: words.stay }));
  if (!sure) return;
  await drafts.flush();
  await outbox.clear();
  socket.pause();
  drafts.end();
  await offline.forget();
  form.submit();
}
