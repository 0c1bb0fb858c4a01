// Which tracks one's kept audio is of: what they are called and how they look, by the hash of their
// bytes. A person's alone, in a database of its own; the bytes are the device's.

import { openDB } from "../../vendor/idb.js";
import { deviceDatabase, person } from "./database.js";
import { logged } from "./log.js";

/** @typedef {import("../playlists/shapes.js").Track} Track */

/**
 * @typedef {object} KeptTrack
 * @property {string} sha256 of the bytes that are played
 * @property {Track} track
 * @property {number} at milliseconds
 */

const MANY = 500; // rows, from which on those go whose audio went

/** @type {Map<string, Promise<import("./database.js").Database>>} */
const open = new Map();

/** @param {string} id the person's */
function databaseOf(id) {
  const name = `jamboree-${id}-kept`;
  let database = open.get(name);
  if (!database) {
    database = openDB(name, 1, {
      upgrade(db) {
        db.createObjectStore("tracks", { keyPath: "sha256" }); // KeptTrack
      },
      // A newer version of the app, or whoever removes it all, does not wait for this page.
      blocking: async () => {
        open.delete(name);
        (await database)?.close();
      },
    });
    open.set(name, database);
  }
  return database;
}

/** Note what bytes are of. @param {string} sha256 @param {Track} track */
export async function remember(sha256, track) {
  const me = await person();
  if (!me) return;
  const database = await databaseOf(me.id);
  await database.put("tracks", { sha256, track, at: Date.now() });
  if ((await database.count("tracks")) > MANY) await forgetOld(database);
}

/** What is no longer here, and no longer in the log, needs no name.
 * @param {import("./database.js").Database} database */
async function forgetOld(database) {
  const here = await (await deviceDatabase()).getAllKeys("audio");
  const wanted = new Set([...here.map(String), ...(await logged()).map(({ sha256 }) => sha256)]);
  for (const key of await database.getAllKeys("tracks")) {
    if (!wanted.has(String(key))) await database.delete("tracks", key);
  }
}

/** What a file is, if who is here heard it. @param {string} sha256 @returns {Promise<Track | undefined>} */
export async function trackOf(sha256) {
  const me = await person();
  return me ? (await (await databaseOf(me.id)).get("tracks", sha256))?.track : undefined;
}

/** The tracks that who is here can play without network though no copy holds them, newest first.
 * @returns {Promise<KeptTrack[]>} */
export async function keptTracks() {
  const me = await person();
  if (!me) return [];
  const files = await (await deviceDatabase()).getAll("audio");
  const mine = files.filter(({ complete, people }) => complete && people?.includes(me.id));
  const here = new Set(mine.map(({ sha256 }) => sha256));
  /** @type {KeptTrack[]} */
  const rows = await (await databaseOf(me.id)).getAll("tracks");
  return rows.filter(({ sha256 }) => here.has(sha256)).sort((a, b) => b.at - a.at);
}
