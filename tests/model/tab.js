// A tab, or the worker: a realm of its own (node:vm) that runs the app's modules as they lie in static/,
// with what a browser gives them. When it is closed it has no effect on anything from then on: what it
// had asked for gets no answer, its transactions are aborted, its locks go to the next.

import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import * as idb from "./indexed-db.js";
import { Socket } from "./socket.js";

const STATIC = fileURLToPath(new URL("../../static/", import.meta.url));

const PAGE = `
export * as database from "${STATIC}js/offline/database.js";
export * as meeting from "${STATIC}js/offline/meeting.js";
export * as outbox from "${STATIC}js/offline/outbox.js";
export * as sending from "${STATIC}js/offline/sending.js";
export * as rooms from "${STATIC}js/playlists/rooms.js";
`;
const WORKER = `export * as sending from "${STATIC}js/offline/sending.js";`;

/** @type {Map<string, {text: string, cache?: Buffer}>} */
const sources = new Map();

/** @param {string} file @param {import("./world.js").World} world */
function sourceOf(file, world) {
  let source = sources.get(file);
  if (!source) {
    let text = fs.readFileSync(file, "utf8");
    for (const { file: name, from, to } of world.mutations.sources) {
      if (!file.endsWith(name)) continue;
      if (!text.includes(from)) throw new Error(`nothing to mutate in ${name}`);
      text = text.replace(from, to);
    }
    source = { text };
    sources.set(file, source);
  }
  return source;
}

const NEVER = new Promise(() => {});

export class Tab {
  /** @param {import("./device.js").Device} device
   * @param {{person?: string | null, isWorker?: boolean}} options */
  constructor(device, { person = null, isWorker = false }) {
    this.device = device;
    this.world = device.world;
    this.person = person;
    this.isWorker = isWorker;
    this.isDead = false;
    this.id = this.world.nextTab();
    /** Whose rooms it shows. @type {string | null} */
    this.shownFor = null;
    /** @type {any[]} */
    this.connections = [];
    /** @type {Map<number, {at: number, act: () => void, every: number | null}>} */
    this.timers = new Map();
    /** @type {Socket[]} */
    this.sockets = [];
    /** @type {any[]} */
    this.bells = [];
    /** @type {Map<string, any>} */
    this.rooms = new Map();
    this.window = new EventTarget();
    this.document = this.#makeDocument();
    this.context = vm.createContext(this.#globals());
    vm.runInContext("globalThis.self = globalThis;", this.context);
    const random = this.world.chance.random;
    const now = () => this.world.now;
    const realm = vm.runInContext("({ Date, Math })", this.context);
    realm.Date.now = now;
    realm.Math.random = random;
  }

  get name() {
    return `${this.device.name}${this.isWorker ? "worker" : `tab${this.id}`}`;
  }

  async load() {
    /** @type {Map<string, any>} */
    const modules = new Map();
    /** @param {string} file @returns {any} */
    const moduleOf = (file) => {
      let module = modules.get(file);
      if (!module) {
        const source = sourceOf(file, this.world);
        module = new vm.SourceTextModule(source.text, {
          context: this.context,
          identifier: file,
          cachedData: source.cache,
        });
        source.cache ??= module.createCachedData();
        modules.set(file, module);
      }
      return module;
    };
    const entry = new vm.SourceTextModule(this.isWorker ? WORKER : PAGE, {
      context: this.context,
      identifier: `${STATIC}js/entry.js`,
    });
    await entry.link((/** @type {string} */ wanted, /** @type {any} */ from) =>
      moduleOf(path.resolve(path.dirname(from.identifier), wanted)),
    );
    await entry.evaluate();
    /** The app's modules. @type {any} */
    this.app = entry.namespace;
  }

  /** As <jam-playlist> and device.js begin. */
  async begin() {
    const { meeting, sending } = this.app;
    if (!(await meeting.meet())) return;
    await sending.keepSending(async () => {});
  }

  // --- the life of a tab ---------------------------------------------------------------------------

  /** An event of the window: online, focus, pageshow. @param {string} type */
  fire(type) {
    if (!this.isDead) this.window.dispatchEvent(new Event(type));
  }

  /** Timers that are due. */
  tick() {
    for (const [id, timer] of [...this.timers]) {
      if (this.isDead || timer.at > this.world.now || !this.timers.has(id)) continue;
      if (timer.every === null) this.timers.delete(id);
      else timer.at = this.world.now + timer.every;
      this.world.stirs += 1;
      timer.act();
    }
  }

  die() {
    this.isDead = true;
    this.timers.clear();
    for (const bell of this.bells) this.device.channels.delete(bell);
    for (const socket of this.sockets) socket.isOver = true;
    for (const connection of this.connections) {
      for (const one of connection._rawDatabase?.transactions ?? []) {
        if (one.db !== connection || one._state === "finished") continue;
        try {
          one.abort();
        } catch {
          // it was committing: the browser finishes that
        }
      }
      connection.close?.();
    }
    this.device.releaseAll(this);
  }

  // --- what a browser gives to a page --------------------------------------------------------------

  #makeDocument() {
    const metas = new Map();
    if (this.person) metas.set("meta[name=jam-person]", this.#meta(this.person));
    return Object.assign(new EventTarget(), {
      visibilityState: "visible",
      querySelector: (/** @type {string} */ selector) => metas.get(selector) ?? null,
    });
  }

  /** @param {string} person */
  #meta(person) {
    return Object.assign(new Meta(), { content: person, dataset: { name: person } });
  }

  #globals() {
    const { device, world } = this;
    const tab = this;
    /** @param {string} type @param {any} listener @param {any} [options] */
    const listen = (type, listener, options) =>
      this.window.addEventListener(type, listener, options);
    return {
      ...idb,
      indexedDB: this.#indexedDb(),
      ...(this.isWorker ? {} : { document: this.document, HTMLMetaElement: Meta }),
      location: this.#location(),
      sessionStorage: { clear() {} },
      navigator: this.#navigator(),
      console,
      URL,
      Headers,
      Response,
      EventTarget,
      Event,
      CustomEvent,
      DOMException,
      performance: { now: () => world.instant() },
      AbortSignal: { timeout: () => undefined },
      crypto: { randomUUID: () => world.chance.uuid() },
      fetch: (/** @type {any} */ url, /** @type {any} */ options) =>
        tab.isDead ? NEVER : world.network.ask(tab, String(url), options ?? {}),
      addEventListener: listen,
      removeEventListener: (/** @type {string} */ type, /** @type {any} */ listener) =>
        this.window.removeEventListener(type, listener),
      setTimeout: (/** @type {() => void} */ act, wait = 0) => this.#timer(act, wait, null),
      clearTimeout: (/** @type {number} */ id) => this.timers.delete(id),
      setInterval: (/** @type {() => void} */ act, wait = 0) => this.#timer(act, wait, wait),
      clearInterval: (/** @type {number} */ id) => this.timers.delete(id),
      BroadcastChannel: class Bell {
        /** @type {((event: any) => void) | null} */
        onmessage = null;
        constructor() {
          device.channels.add(this);
          tab.bells.push(this);
        }
        /** @param {any} data */
        postMessage(data) {
          if (tab.isDead) return;
          world.stirs += 1;
          const copy = JSON.stringify(data);
          for (const other of device.channels) {
            if (other === this) continue;
            setImmediate(() => {
              if (device.channels.has(other)) other.onmessage?.({ data: JSON.parse(copy) });
            });
          }
        }
        close() {
          device.channels.delete(this);
        }
      },
      WebSocket: class extends Socket {
        /** @param {any} url */
        constructor(url) {
          super(tab, new URL(url));
        }
      },
    };
  }

  /** Whoever goes to another page leaves this one. */
  #location() {
    const leave = () => {
      if (this.isDead) return;
      this.world.log(`${this.name} goes elsewhere`);
      this.device.close(this);
    };
    const site = { origin: "http://jam.test", href: "http://jam.test/", pathname: "/" };
    return { ...site, assign: leave, replace: leave, reload: leave };
  }

  #navigator() {
    const { device } = this;
    const tab = this;
    const register = async () => {
      if (!tab.isDead) device.wantsSync = true;
    };
    return {
      get onLine() {
        return device.isOnline;
      },
      serviceWorker: { getRegistration: async () => ({ sync: { register } }) },
      locks: {
        /** @param {string} name @param {any} options @param {any} [act] */
        request(name, options, act = options) {
          if (tab.isDead) return NEVER;
          return device.lock(tab, name, options.ifAvailable === true, (lock) =>
            tab.isDead ? NEVER : act(lock),
          );
        },
      },
    };
  }

  /** @param {() => void} act @param {number} wait @param {number | null} every */
  #timer(act, wait, every) {
    const id = this.world.nextTimer();
    if (!this.isDead) this.timers.set(id, { at: this.world.now + wait, act, every });
    return id;
  }

  #indexedDb() {
    const { device } = this;
    return {
      open: (/** @type {string} */ name, /** @type {number} */ version) => {
        if (this.isDead) return new idb.IDBOpenDBRequest();
        this.world.stirs += 1;
        const request = device.storage.open(name, version);
        const own = () => {
          device.owns(request.result);
          this.connections.push(request.result);
          if (this.isDead) request.result.close();
        };
        request.addEventListener("upgradeneeded", own);
        request.addEventListener("success", own);
        return request;
      },
    };
  }
}

class Meta {
  content = "";
  /** @type {Record<string, string>} */
  dataset = {};
}
