/* htmx puts new pieces on the page; this tells the app, and keeps a sign-in page out of a pane. */

import { pickers } from "./picker.js";

/** `refresh(target)` looks at the page again; it may be called twice for one swap. `ended()`: the session is over. */
export function swaps(refresh, ended) {
  pickers();
  document.addEventListener("htmx:beforeSwap", (event) => leaveIfSignedOut(event, ended));
  for (const type of ["htmx:afterSwap", "htmx:afterSettle", "htmx:historyRestore"]) {
    document.addEventListener(type, (event) => refresh(event.detail?.target ?? document.body));
  }
}

function leaveIfSignedOut(event, ended) {
  const { pathname } = new URL(event.detail.xhr?.responseURL || location.href, location.href);
  if (!pathname.endsWith("/accounts/login/")) return;
  event.preventDefault();
  ended();
}

/** The sign-in page that comes back here. */
export const signInUrl = () => `/accounts/login/?next=${encodeURIComponent(location.pathname + location.search)}`;

/** The session is over: sign in and come back here. What was not sent stays. */
export function signIn() {
  location.assign(signInUrl());
}
