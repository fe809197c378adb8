/* Whether somebody is there: visibility, network and the page being put away, told to the socket and the outbox. */

export function presence(app) {
  const { socket, outbox } = app;
  let hiddenAt = document.hidden ? 0 : null;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      hiddenAt = Date.now();
      return;
    }
    socket.wake(hiddenAt === null ? 0 : Date.now() - hiddenAt);
    hiddenAt = null;
    outbox.drain();
  });
  window.addEventListener("online", () => {
    socket.renew();
    outbox.hurry();
  });
  // A page kept for the back button holds no socket; it resumes from its cursors when it is shown again.
  window.addEventListener("pagehide", () => socket.pause());
  window.addEventListener("pageshow", (event) => event.persisted && socket.start());
  // A frozen tab reads nothing: the server must not queue for it, nor other tabs wait for what it had in hand.
  document.addEventListener("freeze", () => socket.pause());
  document.addEventListener("resume", () => socket.start());
  window.addEventListener("beforeunload", (event) => app.atRisk && event.preventDefault());
}
