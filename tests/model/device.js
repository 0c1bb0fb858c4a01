// A device: what all its tabs share (storage, locks, messages, cookies, network), as a browser has it.

import { FDBDatabase, FDBObjectStore, IDBFactory } from "./indexed-db.js";
import { Tab } from "./tab.js";

/** Whose connection it is, to know what a device has accepted. @type {WeakMap<object, Device>} */
const owners = new WeakMap();

const add = FDBObjectStore.prototype.add;
/** What the outbox writes down counts as accepted once its transaction is through. @this {any}
 * @param {any[]} values */
FDBObjectStore.prototype.add = function noted(...values) {
  const request = add.apply(this, values);
  const device = owners.get(this.transaction.db);
  if (device && this.name === "operations") {
    this.transaction.addEventListener("complete", () => {
      const person = this.transaction.db.name.replace("jamboree-", "");
      device.accepted.push({ n: request.result, person, operation: values[0].operation });
    });
  }
  return request;
};

const transaction = FDBDatabase.prototype.transaction;
/** @this {any} @param {any[]} values */
FDBDatabase.prototype.transaction = function counted(...values) {
  const device = owners.get(this);
  if (device) device.world.stirs += 1;
  return transaction.apply(this, values);
};

export class Device {
  /** @param {import("./world.js").World} world @param {string} name */
  constructor(world, name) {
    this.world = world;
    this.name = name;
    this.storage = new IDBFactory();
    this.isOnline = true;
    /** Who is logged in, by their cookie. @type {string | null} */
    this.person = null;
    /** @type {Map<string, string>} */
    this.cookies = new Map();
    /** @type {Tab[]} */
    this.tabs = [];
    /** @type {Set<any>} */
    this.channels = new Set();
    /** @type {Map<string, {tab: Tab, run: () => void}[]>} */
    this.locks = new Map();
    /** Background Sync was asked for. */
    this.wantsSync = false;
    /** Playlists as they were seen last, by person and id: what a copy holds. @type {Map<string, any>} */
    this.copies = new Map();
    /** @type {{n: number, person: string, operation: any}[]} */
    this.accepted = [];
    /** What was taken back here. @type {string[]} */
    this.discarded = [];
  }

  /** @param {any} connection */
  owns(connection) {
    owners.set(connection, this);
  }

  /** Whether a transaction is under way. */
  get isBusy() {
    for (const database of this.storage._databases.values()) {
      database.transactions = database.transactions.filter(
        (/** @type {any} */ one) => one._state !== "finished",
      );
      if (database.transactions.length) return true;
    }
    return false;
  }

  // --- locks between tabs (the Web Locks of one origin) --------------------------------------------

  /** @param {Tab} tab @param {string} name @param {boolean} ifAvailable @param {(lock: any) => any} act */
  lock(tab, name, ifAvailable, act) {
    this.world.stirs += 1;
    const queue = this.locks.get(name) ?? [];
    this.locks.set(name, queue);
    if (this.world.mutations.has("no lock")) return Promise.resolve().then(() => act({ name }));
    if (ifAvailable && queue.length) return Promise.resolve().then(() => act(null));
    return new Promise((resolve, reject) => {
      const wish = {
        tab,
        run: () =>
          Promise.resolve()
            .then(() => act({ name }))
            .finally(() => this.#release(name, wish))
            .then(resolve, reject),
      };
      queue.push(wish);
      if (queue.length === 1) wish.run();
    });
  }

  /** @param {string} name @param {{tab: Tab, run: () => void}} wish */
  #release(name, wish) {
    const queue = this.locks.get(name) ?? [];
    const at = queue.indexOf(wish);
    if (at < 0) return; // of a tab that is closed
    queue.splice(at, 1);
    this.world.stirs += 1;
    if (at === 0) queue[0]?.run();
  }

  /** Locks and wishes of a tab end with it. @param {Tab} tab */
  releaseAll(tab) {
    for (const [name, queue] of this.locks) {
      for (const wish of queue.filter((one) => one.tab === tab).reverse())
        this.#release(name, wish);
    }
  }

  // --- tabs ----------------------------------------------------------------------------------------

  /** @param {{person?: string | null, isWorker?: boolean}} [options] @returns {Promise<Tab>} */
  async open(options = {}) {
    const tab = new Tab(this, options);
    this.tabs.push(tab);
    await tab.load();
    return tab;
  }

  /** @param {Tab} tab */
  close(tab) {
    this.tabs = this.tabs.filter((one) => one !== tab);
    tab.die();
  }

  /** All that is stored of a person, read from outside. @param {string} person @param {string} store
   * @returns {Promise<any[]>} */
  stored(person, store) {
    return new Promise((resolve, reject) => {
      const opening = this.storage.open(`jamboree-${person}`);
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const database = opening.result;
        if (!database.objectStoreNames.contains(store)) {
          database.close();
          resolve([]);
          return;
        }
        const asking = database.transaction(store).objectStore(store).getAll();
        asking.onsuccess = () => {
          database.close();
          resolve(asking.result);
        };
      };
    });
  }

  /** Who has a database here. @returns {string[]} */
  get people() {
    return [...this.storage._databases.keys()]
      .filter((name) => /^jamboree-[0-9a-zA-Z-]+$/.test(name) && !name.endsWith("-listens"))
      .map((name) => name.replace("jamboree-", ""));
  }
}
