/** localStorage, or null where a browser forbids it. */
export function safeStorage() {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
