/* What waits to be sent goes also when no page is open any more, where the browser wakes its worker for that. */

import { FormCarrier } from "../realtime/carriers.js";
import { Outbox } from "../realtime/outbox.js";
import { openStore } from "../realtime/store.js";
import { Tabs } from "../realtime/tabs.js";

/** Sends what the person of the kept pages wrote. Throws where something still waits: the browser wakes us again. */
export async function sendWaiting(kept) {
  const { user, csrf } = await kept.now();
  if (!user) return;
  const byForm = new FormCarrier({ user, csrf: () => csrf });
  const outbox = new Outbox({ user, store: await openStore(), tabs: new Tabs(user), carrier: () => byForm, visible: () => false });
  await outbox.drain();
  if ((await outbox.entries()).some((entry) => !entry.failed)) throw new Error("messages still wait");
}
