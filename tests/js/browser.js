// What a browser has and Node has not, as far as the device's modules ask for it: the Cache API, and
// locks between tabs. IndexedDB comes from fake-indexeddb.

import "fake-indexeddb/auto";

const ORIGIN = "http://device.test";

/** @param {any} request */
function keyOf(request) {
  return new URL(typeof request === "string" ? request : request.url, ORIGIN).href;
}

/** One cache: what was put, by its address. */
class FakeCache {
  /** @type {Map<string, {body: ArrayBuffer, headers: [string, string][]}>} */
  kept = new Map();

  /** @param {any} request @param {Response} response */
  async put(request, response) {
    const body = await response.arrayBuffer();
    this.kept.set(keyOf(request), { body, headers: [...response.headers] });
  }

  /** @param {any} request */
  async match(request) {
    const found = this.kept.get(keyOf(request));
    return found && new Response(found.body.slice(0), { headers: found.headers });
  }

  /** @param {any} request */
  async delete(request) {
    return this.kept.delete(keyOf(request));
  }

  async keys() {
    return [...this.kept.keys()].map((url) => new Request(url));
  }
}

/** @type {Map<string, FakeCache>} */
const all = new Map();

Object.defineProperty(globalThis, "caches", {
  configurable: true,
  value: {
    /** @param {string} name */
    async open(name) {
      const cache = all.get(name) ?? new FakeCache();
      all.set(name, cache);
      return cache;
    },
    keys: async () => [...all.keys()],
    /** @param {string} name */
    has: async (name) => all.has(name),
    /** @param {string} name */
    delete: async (name) => all.delete(name),
  },
});

/** Locks: one holder at a time, in turn. @type {Map<string, Promise<unknown>>} */
const tails = new Map();
/** @type {Map<string, number>} */
const wanted = new Map();

Object.defineProperty(globalThis, "navigator", {
  configurable: true,
  value: {
    onLine: true,
    locks: {
      /** @param {string} name @param {any} options @param {any} [act] */
      request(name, options, act = options) {
        const count = wanted.get(name) ?? 0;
        if (options.ifAvailable && count) return Promise.resolve(act(null));
        wanted.set(name, count + 1);
        const turn = (tails.get(name) ?? Promise.resolve()).then(() => act({ name }));
        const over = () => wanted.set(name, (wanted.get(name) ?? 1) - 1);
        const quiet = turn.then(over, over);
        tails.set(name, quiet);
        return turn;
      },
    },
  },
});
