// What browsers give pages over HTTPS alone, and this app needs at home over plain HTTP as well: ids, and
// locks. Everything else that is missing there (the worker, room for music) is said where it is missed
// (offline/abilities.js). Without a worker nothing else of the app shares the page's locks but its other
// tabs; what two of them send twice, the server applies once.

if (!crypto.randomUUID) crypto.randomUUID = randomUUID;
if (!navigator.locks) {
  Object.defineProperty(navigator, "locks", { value: { request, query }, configurable: true });
}

/** Random bytes in the form of RFC 9562, version 4.
 * @returns {`${string}-${string}-${string}-${string}-${string}`} */
function randomUUID() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const [, a, b, c, d, e] = hex.match(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/) ?? [];
  return `${a}-${b}-${c}-${d}-${e}`;
}

/** @type {Map<string, Promise<unknown>>} who holds or wants each, the last of them */
const tails = new Map();

/**
 * As `navigator.locks.request`, exclusive, within this page.
 * @param {string} name
 * @param {any} options
 * @param {(lock: {name: string, mode: "exclusive"} | null) => Promise<unknown>} [act]
 */
async function request(name, options, act = options) {
  const before = tails.get(name);
  if (before && options.ifAvailable) return act(null);
  const turn = (before ?? Promise.resolve()).then(() => act({ name, mode: "exclusive" }));
  const over = turn.then(
    () => {},
    () => {},
  );
  tails.set(name, over);
  try {
    return await turn;
  } finally {
    if (tails.get(name) === over) tails.delete(name);
  }
}

async function query() {
  return { held: [...tails.keys()].map((name) => ({ name, mode: "exclusive" })), pending: [] };
}
