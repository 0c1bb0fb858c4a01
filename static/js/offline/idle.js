// Waiting until nobody is kept waiting: work that may take its time steps aside for what a person does.

const AT_MOST = 2000; // milliseconds

/** When the page has nothing else to do; Safari does not say, and gets a breath. */
export function idle() {
  return new Promise((done) => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(done, { timeout: AT_MOST });
    else setTimeout(done, 50);
  });
}
