/* Named events without a DOM, so that the classes that think can be tried anywhere. */

export class Emitter {
  #listeners = new Map();

  /** Calls `listener(detail)` for every `type`; returns a function that ends it. */
  on(type, listener) {
    if (!this.#listeners.has(type)) this.#listeners.set(type, new Set());
    this.#listeners.get(type).add(listener);
    return () => this.#listeners.get(type).delete(listener);
  }

  emit(type, detail) {
    for (const listener of [...(this.#listeners.get(type) ?? [])]) this.#call(listener, detail);
  }

  // One listener that fails must not keep the news from the others.
  #call(listener, detail) {
    try {
      listener(detail);
    } catch (error) {
      reportError(error);
    }
  }
}
