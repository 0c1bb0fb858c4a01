// The network between the devices and the server: what is asked waits here until the schedule decides
// what becomes of it.

/**
 * @typedef {object} Asked
 * @property {import("./tab.js").Tab} tab
 * @property {string} method
 * @property {string} path
 * @property {string} [body]
 * @property {Record<string, string>} headers
 * @property {Map<string, string>} cookies as they were when it was sent
 * @property {(response: any) => void} answer
 * @property {(error: Error) => void} fail
 */

// How often what happens to a call of operations while the network is bad.
const FATES = {
  fine: 44,
  held: 12,
  "request lost": 6,
  "answer lost": 10,
  cut: 5,
  late: 6,
  twice: 6,
  busy: 6,
  gateway: 4,
  hotel: 2,
};
const BUSY = [408, 425, 429, 500, 503];

export class Network {
  /** @type {Asked[]} what was asked and not carried yet */
  asked = [];
  /** @type {(() => void)[]} answers that are under way */
  held = [];
  /** @type {Asked[]} what was given up on, and arrives all the same */
  strays = [];
  isBad = true;
  /** Ids of operations that left a device at least once. @type {Set<string>} */
  sent = new Set();

  /** @param {import("./world.js").World} world */
  constructor(world) {
    this.world = world;
  }

  /** @param {import("./tab.js").Tab} tab @param {string} url @param {any} options */
  ask(tab, url, { method = "GET", body, headers = {} }) {
    this.world.stirs += 1;
    const { device } = tab;
    if (!device.isOnline) return Promise.reject(new TypeError("no network"));
    return new Promise((resolve, reject) => {
      this.asked.push({
        tab,
        method,
        path: url.replace(/^.*\/api\/v1\//, ""),
        body,
        headers: { ...headers },
        cookies: device.cookies,
        answer: (response) => tab.isDead || resolve(response),
        fail: (error) => tab.isDead || reject(error),
      });
    });
  }

  /** Decide on one of what was asked. */
  async carry() {
    const { chance, log } = this.world;
    const asked = this.asked.splice(chance.upTo(this.asked.length), 1)[0];
    if (!asked) return;
    const isSync = asked.path === "sync";
    if (!asked.tab.device.isOnline) {
      asked.fail(new TypeError("the network went"));
      return;
    }
    if (isSync) {
      for (const { id } of JSON.parse(asked.body ?? "{}").operations) this.sent.add(id);
    }
    const kind = this.isBad && isSync ? chance.weighed(FATES) : "fine";
    if (isSync) log(`${asked.tab.name} sends: ${kind}`);
    if (kind === "request lost") asked.fail(new TypeError("lost"));
    else if (kind === "late") {
      this.strays.push(asked);
      asked.fail(new DOMException("no answer in time", "TimeoutError"));
    } else if (kind === "busy") this.#busy(asked);
    else if (kind === "hotel") asked.answer(response(200, "<h1>Accept our terms</h1>", {}));
    else await this.#reach(asked, kind);
  }

  /** @param {Asked} asked */
  #busy(asked) {
    const { chance } = this.world;
    const headers = chance.happens(0.3) ? { "retry-after": String(1 + chance.upTo(20)) } : {};
    asked.answer(response(chance.oneOf(BUSY), "{}", headers));
  }

  /** It reaches the server; what of the answer? @param {Asked} asked @param {string} kind */
  async #reach(asked, kind) {
    const { world } = this;
    let answer;
    try {
      answer = await world.http.ask(asked, asked.method, asked.path, asked);
      if (kind === "twice") answer = await world.http.ask(asked, asked.method, asked.path, asked);
    } catch {
      world.log(`${asked.tab.name} finds no server`);
      asked.fail(new TypeError("no server"));
      return;
    }
    if (process.env.MODEL_LOUD && asked.path === "sync")
      world.log(`${answer.status} ${answer.text}`);
    const { status, text, headers } = answer;
    const tell = () => asked.answer(response(status, text, headers));
    if (kind === "answer lost") asked.fail(new TypeError("reset"));
    else if (kind === "cut") asked.answer(response(status, text, headers, world.chance.random()));
    else if (kind === "gateway") asked.answer(response(502, "<h1>Bad gateway</h1>", {}));
    else if (kind === "held") this.held.push(tell);
    else tell();
  }

  /** An answer that was under way arrives. */
  arrive() {
    this.held.splice(this.world.chance.upTo(this.held.length), 1)[0]?.();
  }

  /** What nobody waits for any more arrives at the server, under the cookies of then. */
  async stray() {
    const asked = this.strays.splice(this.world.chance.upTo(this.strays.length), 1)[0];
    if (!asked) return;
    this.world.log(`what ${asked.tab.name} gave up on arrives`);
    await this.world.http.ask(asked, asked.method, asked.path, asked).catch(() => {});
  }
}

/** What a tab gets of an answer; one that is `cut` breaks off in the middle, noticed or not.
 * @param {number} status @param {string} text @param {Record<string, string>} headers
 * @param {number} [cut] */
function response(status, text, headers, cut) {
  const isNoticed = cut !== undefined && cut < 0.5;
  const said = cut === undefined ? text : text.slice(0, Math.floor(text.length * cut));
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: new Headers(headers["retry-after"] ? { "Retry-After": headers["retry-after"] } : {}),
    text: () => (isNoticed ? Promise.reject(new TypeError("cut")) : Promise.resolve(said)),
  };
}
