/* What each close code asks of us: one row per line of the protocol's table. */

import { between } from "./backoff.js";

const STRIKES = 3;
const AGAIN = { action: "reconnect", delay: null, cursors: true, dropSend: false };

const RULES = {
  4001: protocolError,
  1003: protocolError,
  1007: protocolError,
  4002: () => ({ ...AGAIN, dropSend: true }),
  1009: () => ({ ...AGAIN, dropSend: true }),
  4003: () => ({ ...AGAIN, action: "signin" }),
  4007: () => ({ ...AGAIN, cursors: false }),
  4008: ({ random }) => ({ ...AGAIN, delay: between(5_000, 15_000, random) }),
  4009: () => ({ ...AGAIN, action: "elsewhere" }),
  4012: restarted,
  1012: restarted,
  4013: ({ random }) => ({ ...AGAIN, delay: between(30_000, 45_000, random) }),
  4029: () => ({ ...AGAIN, delay: 60_000 }),
};

/**
 * verdict(code, {strikes, afterMs, random}) → {action, delay, cursors, dropSend}.
 * action: "reconnect", "signin", "elsewhere" (stay closed until asked) or "reload";
 * delay: ms that must pass whatever happens, or null for the usual backoff;
 * cursors: whether the next hello may carry positions; dropSend: the frame in flight was too big.
 */
export function verdict(code, { strikes = 0, afterMs = null, random = Math.random } = {}) {
  const rule = RULES[code] ?? (() => AGAIN);
  return rule({ strikes, afterMs, random });
}

export const isStrike = (code) => RULES[code] === protocolError;

function protocolError({ strikes }) {
  return strikes >= STRIKES ? { ...AGAIN, action: "reload" } : AGAIN;
}

function restarted({ afterMs }) {
  return { ...AGAIN, delay: afterMs };
}
