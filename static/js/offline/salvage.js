// A damaged database: what can still be read of it is read, row by row; it is deleted and made anew, and
// gets its rows back. What only lies in it is written to the second place first (mirror.js), so that it
// survives a tab that is closed in the middle. What could not be read comes from there, and from the
// server (restoring.js).

import { deleteDB } from "../../vendor/idb.js";
import { deviceDatabase, listensDatabase, personDatabase } from "./database.js";
import { mirror } from "./mirror.js";
import { closed } from "./opening.js";

/** @typedef {import("./database.js").Database} Database */
/** @typedef {Map<string, {key: IDBValidKey, value: any}[]>} Rows by their store */

const TRIES = 3;
const BETWEEN = 700; // milliseconds: Safari loses its storage process, and has it again
const PATIENCE = 10_000; // milliseconds for other tabs to let go

/** Another tab holds the damaged database. */
export class HeldElsewhere extends Error {}

/**
 * Mend a database of this app, if it is damaged.
 * @param {string} name
 * @returns {Promise<boolean>} false where all of it can be read: there was nothing to mend
 * @throws {HeldElsewhere}
 */
export async function salvage(name) {
  const { rows, isWhole } = await readAll(name);
  if (isWhole) return false;
  await stash(name, rows);
  await closed(name);
  await remove(name);
  await putBack(name, rows);
  return true;
}

/** @param {string} name @returns {Promise<Database>} */
function openOf(name) {
  if (name === "jamboree") return deviceDatabase();
  const [, person, listens] = name.match(/^jamboree-(.+?)(-listens)?$/) ?? [];
  return listens ? listensDatabase(person) : personDatabase(person);
}

/** @param {string} name @returns {Promise<{rows: Rows, isWhole: boolean}>} */
async function readAll(name) {
  /** @type {Rows} */
  const rows = new Map();
  let isWhole = false;
  for (let tries = 0; tries < TRIES && !isWhole; tries += 1) {
    if (tries) await new Promise((done) => setTimeout(done, BETWEEN));
    await closed(name);
    const database = await openOf(name).catch(() => null);
    if (!database) continue;
    isWhole = true;
    for (const store of database.objectStoreNames) {
      const found = await readStore(database, store);
      isWhole &&= found.isWhole;
      // What was read once is kept, also when it can't be read a moment later.
      const known = new Map(rows.get(store)?.map((row) => [String(row.key), row]));
      for (const row of found.rows) known.set(String(row.key), row);
      rows.set(store, [...known.values()]);
    }
  }
  return { rows, isWhole };
}

/** Each row in a transaction of its own: one that can't be read ends its transaction.
 * @param {Database} database @param {string} store */
async function readStore(database, store) {
  let isWhole = true;
  /** @type {{key: IDBValidKey, value: any}[]} */
  const rows = [];
  /** @type {IDBValidKey[]} */
  let keys = [];
  try {
    keys = await database.getAllKeys(store);
  } catch {
    isWhole = false;
  }
  for (const key of keys) {
    try {
      rows.push({ key, value: await database.get(store, key) });
    } catch {
      isWhole = false;
    }
  }
  return { rows, isWhole };
}

/** @param {string} name @param {Rows} rows */
async function stash(name, rows) {
  const [, person, listens] = name.match(/^jamboree-(.+?)(-listens)?$/) ?? [];
  if (!person) {
    const device = rows.get("facts")?.find(({ key }) => key === "device");
    if (device) await mirror(null, "facts", "device", device.value);
    return;
  }
  for (const { key, value } of rows.get("listens") ?? []) {
    if (listens) await mirror(person, "listens", String(key), value);
  }
  for (const { value } of rows.get("operations") ?? []) {
    await mirror(person, "operations", value.operation.id, value);
  }
  for (const { value } of rows.get("copies") ?? []) {
    if (!value.gone) await mirror(person, "copies", value.id, { quality: value.quality });
  }
}

/** @param {string} name */
async function remove(name) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_, refuse) => {
    timer = setTimeout(() => refuse(new HeldElsewhere(name)), PATIENCE);
  });
  try {
    await Promise.race([deleteDB(name), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Rows that are there by now are newer. @param {string} name @param {Rows} rows */
async function putBack(name, rows) {
  const database = await openOf(name);
  for (const [store, found] of rows) {
    if (!database.objectStoreNames.contains(store)) continue;
    const tx = database.transaction(store, "readwrite");
    for (const { key, value } of found) {
      if ((await tx.store.getKey(key)) !== undefined) continue;
      if (tx.store.keyPath === null) tx.store.put(value, key);
      else tx.store.put(value);
    }
    await tx.done;
  }
}
