/** Runs `job` while no other tab of this browser holds `name`. Without Web Locks (plain http) tabs may overlap: the
    server's idempotent send keeps that harmless. */
export function hold(name, job) {
  return navigator.locks ? navigator.locks.request(name, job) : job();
}
