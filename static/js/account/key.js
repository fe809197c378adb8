/* Whether this browser has an address that this server may call. */

export function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** Why this browser cannot be called: `unknown` or `denied`; empty where it can. */
export function hindrance() {
  if (!("PushManager" in globalThis) || !("Notification" in globalThis) || !navigator.serviceWorker) return "unknown";
  return Notification.permission === "denied" ? "denied" : "";
}

/** The subscription of this browser; null where there is none, or where it was made for another key. */
export async function standing(key) {
  const { pushManager } = await navigator.serviceWorker.ready;
  const subscription = await pushManager.getSubscription();
  const known = subscription?.options.applicationServerKey;
  return known && String(new Uint8Array(known)) === String(bytes(key)) ? subscription : null;
}
