// The layout of what is kept on this device: numbered steps from one to the next, each row by row. A step
// that was interrupted, however, goes on where it was: a row that has what it should have is left alone.
// The app is usable meanwhile, and so are tabs and a worker of the version before: they see fields that
// they don't know, and leave them. (A step that takes something away has to wait until none is left.)

import { announce, deviceDatabase, fact, personDatabase, setFact } from "./database.js";
import { idle } from "./idle.js";

/** @typedef {import("./database.js").AudioEntry} AudioEntry */
/** @typedef {import("./database.js").Database} Database */
/** @typedef {(done: number, of: number) => void} Tell */

/** @type {{to: number, run: (tell: Tell) => Promise<void>}[]} */
const STEPS = [{ to: 2, run: nameWhatIsKept }];

const AT_ONCE = 25; // rows before the page gets its turn

/**
 * Bring what is here to the newest layout; one tab does.
 * @returns {Promise<boolean>} whether there was something to do
 */
export async function migrate() {
  return navigator.locks.request("jamboree-layout", { ifAvailable: true }, async (lock) => {
    const from = lock ? await layout() : Number.POSITIVE_INFINITY;
    const due = STEPS.filter(({ to }) => to > from);
    for (const { to, run } of due) {
      await run((done, of) => announce("layout", { done, of }));
      await setFact("layout", to);
    }
    return due.length > 0;
  });
}

/** Of what is here now; before there were numbers it was the first. @returns {Promise<number>} */
export async function layout() {
  return (await fact("layout")) ?? 1;
}

/**
 * Step to 2: rows of audio say the hashes of all their chunks and which original they are of, so that they
 * can be checked without a manifest; rows of copies say their quality. The copies of all people here know.
 * @param {Tell} tell
 */
async function nameWhatIsKept(tell) {
  /** @type {string[]} */
  const people = (await fact("people")) ?? [];
  /** @type {Map<string, AudioEntry>} */
  const entries = new Map();
  const copies = [];
  for (const id of people) {
    const database = await personDatabase(id);
    for (const row of await rowsOf(database, "copies")) {
      const one = await database.get("copies", row.key);
      for (const entry of one?.audio ?? []) entries.set(entry.sha256, entry);
      if (one && withQuality(one)) copies.push(row);
    }
  }
  const device = await deviceDatabase();
  const name = named(entries);
  const files = (await device.getAll("audio")).filter(name);
  // A new device has none, and nobody is told of anything.
  const rows = [
    ...files.map(({ sha256 }) => ({ database: device, store: "audio", key: sha256 })),
    ...copies,
  ];
  for (const [at, { database, store, key }] of rows.entries()) {
    if (at % AT_ONCE === 0) {
      tell(at, rows.length);
      await idle();
    }
    await amend(database, store, key, store === "audio" ? name : withQuality);
  }
  if (rows.length) tell(rows.length, rows.length);
}

/** @param {Map<string, AudioEntry>} entries */
function named(entries) {
  return (/** @type {import("./database.js").KeptAudio} */ file) => {
    const entry = entries.get(file.sha256);
    // One that no copy holds any more is named when it is fetched again, or goes.
    if (!entry || (file.chunks && file.of)) return null;
    return { ...file, chunks: file.chunks ?? entry.chunks, of: file.of ?? entry.of ?? file.sha256 };
  };
}

/** @param {import("./database.js").Copy} one */
function withQuality(one) {
  const isNamed = one.quality && one.audio.every(({ of }) => of);
  if (isNamed) return null;
  const audio = one.audio.map((entry) => ({ ...entry, of: entry.of ?? entry.sha256 }));
  return { ...one, quality: one.quality ?? "original", audio, wasWhole: one.state === "whole" };
}

/** @param {Database} database @param {string} store */
async function rowsOf(database, store) {
  return (await database.getAllKeys(store)).map((key) => ({ database, store, key }));
}

/**
 * Change one row, as it is at that moment.
 * @param {Database} database @param {string} store @param {IDBValidKey} key
 * @param {(row: any) => object | null} how null: it is as it should be
 */
async function amend(database, store, key, how) {
  const tx = database.transaction(store, "readwrite");
  const row = await tx.store.get(key);
  const changed = row && how(row);
  if (changed) tx.store.put(changed);
  await tx.done;
}
