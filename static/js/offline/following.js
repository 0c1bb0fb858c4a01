// Copies follow their playlists: what the server says of the list now, asked so that an unchanged one
// costs an empty answer. What was added is noted to be fetched, what left is released.

import { callUnlessKnown, Refused, SignedOut, Unreachable } from "../api.js";
import { playedHere } from "../player/playable.js";
import { copies, letGo } from "./copies.js";
import { announce, deviceDatabase, myDatabase, person } from "./database.js";
import { contents, hashesOf } from "./delta.js";
import { mirror, unmirror } from "./mirror.js";
import { missingBytes, room } from "./room.js";

/** @typedef {import("./database.js").Copy} Copy */
/** @typedef {import("./database.js").Quality} Quality */

const PATIENCE = 30_000; // milliseconds: a manifest of thousands of songs, over a bad connection
const ASKS_EVERY = 60_000; // milliseconds, unless the network was away meanwhile

/** There is not enough room; nothing was downloaded. */
export class NoRoom extends Error {
  /** @param {number} needed bytes @param {number} free bytes */
  constructor(needed, free) {
    super("not enough room");
    this.needed = needed;
    this.free = free;
  }
}

/**
 * Ask what the list holds now, and keep it.
 * @param {string} id the playlist's
 * @param {{takes?: boolean, quality?: Quality}} [options] takes: make a copy where there is none, or go on
 *   with one that was paused; quality: another one from now on
 * @returns {Promise<Copy | null>} null where there is none, or is none any more
 * @throws {NoRoom} where it was asked for by a person; nothing is changed then
 * @throws {Unreachable | SignedOut | Refused}
 */
export async function follow(id, options = {}) {
  // One at a time over all tabs: each is told apart from what the one before wrote.
  return navigator.locks.request(`jamboree-manifest-${id}`, () => ask(id, options));
}

/** @param {string} id @param {{takes?: boolean, quality?: Quality}} options
 * @returns {Promise<Copy | null>} */
async function ask(id, { takes = false, quality }) {
  const database = await myDatabase();
  /** @type {Copy | undefined} */
  const found = await database?.get("copies", id);
  const before = found?.gone ? undefined : found;
  if (!database || !(before || takes)) return null;
  const wanted = quality ?? before?.quality ?? "original";
  const known = before?.quality === wanted && before.etag ? before : undefined;
  const query = new URLSearchParams({ quality: wanted, plays: whatPlays() });
  if (known) {
    query.set("since", String(known.seq));
    query.set("epoch", known.epoch);
  }
  try {
    const path = `playlists/${id}/offline?${query}`;
    const came = await callUnlessKnown(path, known?.etag, { patience: PATIENCE });
    if (!came) return await settle(database, id, takes);
    const same = before?.quality === wanted ? before : undefined;
    const fresh = {
      ...contents(same, came.answer, await wholeHere()),
      quality: came.answer.quality ?? "original",
      etag: came.etag,
    };
    return await write(database, before, fresh, { takes, byHand: takes || Boolean(quality) });
  } catch (error) {
    if (before && isGone(error)) return bury(database, before);
    throw error;
  }
}

/** What this browser plays, so that no original comes that stays silent without network. */
function whatPlays() {
  const audio = document.createElement("audio");
  return playedHere((type) => audio.canPlayType(type)).join(",");
}

/** The SHA-256 of what is whole on this device. @returns {Promise<Set<string>>} */
async function wholeHere() {
  const files = await (await deviceDatabase()).getAll("audio");
  return new Set(files.filter(({ complete }) => complete).map(({ sha256 }) => sha256));
}

/** Nothing is another. @param {import("./database.js").Database} database
 * @param {string} id @param {boolean} takes */
async function settle(database, id, takes) {
  const tx = database.transaction("copies", "readwrite");
  /** @type {Copy | undefined} */
  const one = await tx.store.get(id);
  if (!one || one.gone) {
    await tx.done;
    return null;
  }
  const now = { ...one, checkedAt: Date.now() };
  if (takes && now.state === "paused")
    Object.assign(now, { state: "fetching", problem: undefined });
  tx.store.put(now);
  await tx.done;
  if (now.state !== one.state) announce("copies", { id });
  return now;
}

/**
 * @param {import("./database.js").Database} database
 * @param {Copy | undefined} before
 * @param {import("./delta.js").Contents & {quality: Quality, etag: string | undefined}} fresh
 * @param {{takes: boolean, byHand: boolean}} how
 * @returns {Promise<Copy | null>}
 */
async function write(database, before, fresh, { takes, byHand }) {
  const missing = await missingBytes(fresh.audio);
  const waits = (fresh.preparing ?? []).reduce((sum, { size_bytes }) => sum + size_bytes, 0);
  const { free } = await room(fresh.audio);
  const old = oldOf(before, fresh, missing + waits > free);
  const yields = old?.yields ? (before?.sizeBytes ?? 0) : 0;
  const fits = missing + waits <= free + yields;
  if (!fits && byHand) throw new NoRoom(missing + waits, free);

  const id = fresh.playlist.id;
  const tx = database.transaction("copies", "readwrite");
  /** @type {Copy | undefined} */
  const now = await tx.store.get(id); // what was done to it while the server was asked
  if (before && !now) {
    await tx.done;
    return null; // it was left meanwhile
  }
  /** @type {Pick<Copy, "state" | "problem">} */
  let state = { state: missing || waits ? "fetching" : "whole", problem: undefined };
  if (!fits) state = { state: "paused", problem: "no_room" };
  const stays = now?.state === "paused" && now.problem === undefined && !takes;
  if (stays && state.state !== "whole") state = { state: "paused", problem: undefined };
  /** @type {Copy} */
  const one = {
    ...fresh,
    ...state,
    id,
    hashes: [],
    old: state.state === "whole" ? undefined : old,
    pinned: true,
    wasWhole: now?.wasWhole || now?.state === "whole" || state.state === "whole",
    checkedAt: Date.now(),
    auditedAt: now?.auditedAt,
  };
  one.hashes = hashesOf(one);
  tx.store.put(one);
  await tx.done;
  const me = await person();
  if (me) mirror(me.id, "copies", id, { quality: one.quality });
  if (now && !now.gone) await letGo(now, one);
  announce("copies", { id });
  return one;
}

/**
 * What stays of the other quality until this one is whole.
 * @param {Copy | undefined} before @param {import("./delta.js").Contents & {quality: Quality}} fresh
 * @param {boolean} isTight there is no room for both
 * @returns {import("./database.js").Old | undefined}
 */
function oldOf(before, fresh, isTight) {
  if (!before) return undefined;
  const listed = new Set([...fresh.audio, ...(fresh.preparing ?? [])].map(({ of }) => of));
  const stays = (/** @type {{of: string}} */ { of }) => listed.has(of);
  if (before.quality === fresh.quality) {
    return before.old && { ...before.old, audio: before.old.audio.filter(stays) };
  }
  if (before.old?.quality === fresh.quality || !(before.wasWhole || before.state === "whole")) {
    return undefined; // back to what it was; or there was never a whole one
  }
  const { quality, audio, sizeBytes } = before;
  return { quality, audio: audio.filter(stays), sizeBytes, yields: isTight };
}

/** The playlist was deleted, or is not shared any more: said so by the app itself, and not by a proxy
 * that knows nothing of it. @param {unknown} error */
function isGone(error) {
  return error instanceof Refused && error.status === 404 && error.problem?.status === 404;
}

/** What one may not see any more goes from the device; its name stays until the person was told.
 * @param {import("./database.js").Database} database @param {Copy} one @returns {Promise<null>} */
async function bury(database, one) {
  /** @type {Copy} */
  const left = {
    ...one,
    gone: true,
    items: [],
    audio: [],
    hashes: [],
    covers: [],
    lyrics: {},
    preparing: undefined,
    old: undefined,
    state: "paused",
    problem: "gone",
  };
  const me = await person();
  if (me) await unmirror(me.id, "copies", one.id);
  await database.put("copies", left);
  announce("stop", { id: one.id });
  await letGo(one);
  announce("copies", { id: one.id });
  announce("gone", { id: one.id, title: one.playlist.title });
  return null;
}

/** When each copy was asked for. @type {Map<string, number>} */
const asked = new Map();

// The network was away: what was asked before says nothing any more.
globalThis.addEventListener?.("online", () => asked.clear());
globalThis.document?.addEventListener("jam:state", (event) => {
  if (/** @type {CustomEvent} */ (event).detail === "offline") asked.clear();
});

/** Let all copies follow, one after the other, each not more often than needed.
 * @throws {Unreachable | SignedOut} the others are not asked then */
export async function followAll() {
  for (const { id } of await copies()) {
    if (performance.now() - (asked.get(id) ?? Number.NEGATIVE_INFINITY) < ASKS_EVERY) continue;
    asked.set(id, performance.now());
    try {
      await follow(id);
    } catch (error) {
      asked.delete(id);
      if (error instanceof Unreachable || error instanceof SignedOut) throw error;
      if (!(error instanceof Refused)) throw error; // the server is not well: the next one may do
    }
  }
}
