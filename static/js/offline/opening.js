// Opening databases, and what can be wrong with that. A connection is kept until the browser ends it, a
// newer version of the app needs it closed, or the database is damaged; who asks next opens it anew.

import { openDB } from "../../vendor/idb.js";

/** @typedef {import("idb").IDBPDatabase<any>} Database */

/**
 * missing: this browser has no IndexedDB here; refused: it lets the page keep nothing (cookies are
 * blocked); newer: a newer version of the app was here, and this page is an old one; blocked: a tab of
 * an older version does not let go; damaged: what is on the disk can't be read.
 * @typedef {"missing" | "refused" | "newer" | "blocked" | "damaged"} Trouble
 */

/** Nothing can be kept here, or not now. */
export class NoStorage extends Error {
  /** @param {Trouble} trouble @param {unknown} [cause] */
  constructor(trouble, cause) {
    super(`IndexedDB: ${trouble}`, { cause });
    this.trouble = trouble;
  }
}

const PATIENCE = 10_000; // milliseconds for a tab of an older version to let go, and for any opening

/** What browsers say of a disk they can't read; each has its own words, and these names.
 * https://w3c.github.io/IndexedDB/#exceptions */
const DAMAGE = new Set(["UnknownError", "NotReadableError", "DataError"]);
const REFUSAL = new Set(["SecurityError", "InvalidStateError", "NotAllowedError"]);

/** @type {Map<string, Promise<Database>>} */
const connections = new Map();

/**
 * A connection to a database, made if there is none.
 * @param {string} name
 * @param {number} version
 * @param {(db: Database) => void} make its stores, where it is new
 * @returns {Promise<Database>}
 * @throws {NoStorage}
 */
export function opened(name, version, make) {
  let connection = connections.get(name);
  if (!connection) {
    const begun = open(name, version, make);
    begun.catch(() => forgotten(name, begun));
    connections.set(name, begun);
    connection = begun;
  }
  return connection;
}

/** Close a database, so that it can be deleted; who asks next opens it anew. @param {string} name */
export async function closed(name) {
  const connection = connections.get(name);
  connections.delete(name);
  (await connection?.catch(() => null))?.close();
}

/** @param {string} name @param {Promise<Database>} connection */
function forgotten(name, connection) {
  if (connections.get(name) === connection) connections.delete(name);
}

/** @param {string} name @param {number} version @param {(db: Database) => void} make */
async function open(name, version, make) {
  if (!globalThis.indexedDB) throw new NoStorage("missing");
  let isLate = false;
  let isBlocked = false;
  /** @type {Promise<Database> | undefined} */
  let opening;
  try {
    opening = openDB(name, version, {
      upgrade: make,
      blocked: () => {
        isBlocked = true;
      },
      blocking: (_, next) => {
        closed(name);
        if (next !== null) tell("newer", name); // null: it is being deleted
      },
      terminated: () => {
        connections.delete(name);
        tell("ended", name);
      },
    });
    const db = await inTime(opening);
    watch(db, name);
    return db;
  } catch (error) {
    isLate = true;
    const trouble = isBlocked ? "blocked" : kindOf(error);
    if (isBlocked || trouble === "newer" || trouble === "damaged") tell(trouble, name);
    throw new NoStorage(trouble, error);
  } finally {
    // One that opens after we gave up would stand in the way of others.
    if (isLate) opening?.then((db) => db.close()).catch(() => {});
  }
}

/** @template T @param {Promise<T>} opening @returns {Promise<T>} */
async function inTime(opening) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_, refuse) => {
    timer = setTimeout(() => refuse(new DOMException("no answer", "TimeoutError")), PATIENCE);
  });
  try {
    return await Promise.race([opening, /** @type {Promise<never>} */ (late)]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param {unknown} error @returns {Trouble} */
function kindOf(error) {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "VersionError") return "newer";
  if (name === "TimeoutError") return "blocked";
  return REFUSAL.has(name) || error instanceof TypeError ? "refused" : "damaged";
}

/** Reads that fail on the disk: their errors bubble up to the database. @param {Database} db
 * @param {string} name */
function watch(db, name) {
  db.addEventListener("error", (event) => {
    const { error } = /** @type {any} */ (event.target) ?? {};
    if (isDamage(error)) tell("damaged", name);
  });
}

/** Whether an error means that the disk holds something that can't be read. @param {any} error */
export function isDamage(error) {
  return error instanceof NoStorage ? error.trouble === "damaged" : DAMAGE.has(error?.name);
}

/** Tell the pages, of which one looks after it (mending.js); "ended": the browser closed the connection.
 * @param {Trouble | "ended"} trouble @param {string} name */
function tell(trouble, name) {
  const channel = new BroadcastChannel("jamboree");
  channel.postMessage({ kind: "storage", trouble, name });
  channel.close();
}
