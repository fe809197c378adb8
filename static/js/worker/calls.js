/* The server calls while no page may be open: a notification for each conversation, which leads to the message. */

const API = "/api/v1/push/subscriptions";

/** Shows what was called for, or takes away what was read elsewhere. A call that cannot be read still says that there is
    something. */
export async function called(data, icons) {
  const { title = "Chatify", body = "There is something new for you.", url = "/inbox/", tag = "", unread, over, left } = read(data);
  if (left) await keepOnly(left);
  if (Number.isInteger(unread)) await self.navigator.setAppBadge?.(unread).catch(() => {}); // not installed
  if (over) return;
  const look = { ...icons, tag, renotify: Boolean(tag) };
  await self.registration.showNotification(title, { ...look, body, data: { url } });
}

/** Leads there, in a window that is open already or in a new one. */
export async function pressed(notification) {
  notification.close();
  const url = new URL(notification.data?.url ?? "/inbox/", location.origin);
  const place = url.origin === location.origin ? url.href : "/inbox/";
  const [open] = await self.clients.matchAll({ type: "window" });
  const moved = open && (await open.navigate(place).catch(() => null));
  return moved ? moved.focus() : self.clients.openWindow(place);
}

/** The browser's push service gave a new address: the server is told, as the person of the kept pages. */
export async function moved(event, { csrf = "" }) {
  const options = event.oldSubscription?.options;
  const fresh = event.newSubscription ?? (options && (await self.registration.pushManager.subscribe(options)));
  if (!fresh) return;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf };
  await fetch(API, { method: "POST", headers, body: JSON.stringify(fresh), credentials: "same-origin" });
}

// What has no tag belongs to no conversation or notice: it stays.
async function keepOnly(left) {
  for (const shown of await self.registration.getNotifications()) if (shown.tag && !left.includes(shown.tag)) shown.close();
}

function read(data) {
  try {
    return data?.json() ?? {};
  } catch {
    return {};
  }
}
