// What the server knows of this device: that it is there, what it holds, and how its cache does. It is
// told when the page begins, once the outbox is empty, and after copies change; never more often than
// twice a minute. Lists are compared with what the server has, so that nothing has to be remembered
// about a time without network: who comes back tells what is true then.

import { call, Refused, SignedOut, Unreachable } from "../api.js";
import { personOnPage } from "../site.js";
import { say } from "../words.js";
import { copies } from "./copies.js";
import { totals } from "./counts.js";
import { deviceDatabase, deviceId, fact, person, setFact } from "./database.js";
import { described } from "./device-name.js";
import { queue } from "./outbox.js";
import { bytesOf, room } from "./room.js";

/** @typedef {import("./database.js").Copy} Copy */
/** @typedef {import("./database.js").KeptAudio} KeptAudio */

const AT_MOST_EVERY = 30_000; // milliseconds
const SOON = 1500; // milliseconds: more may change at once
const AT_LEAST_EVERY = 10 * 60_000; // milliseconds: that it is in use, though nothing changed
const ABOUT_IT = new Set(["copies", "progress", "audio", "drained"]);

/** @type {ReturnType<typeof setTimeout> | undefined} */
let planned;

/** Tell from now on what changes. */
export function keepReporting() {
  new BroadcastChannel("jamboree").onmessage = ({ data }) => {
    if (ABOUT_IT.has(data.kind)) plan(SOON);
  };
  plan(SOON);
}

/** @param {number} wait */
function plan(wait) {
  if (planned !== undefined) return;
  planned = setTimeout(() => {
    planned = undefined;
    report().catch(noted);
  }, wait);
}

/** Another time it may work; nothing depends on it. @param {unknown} error */
function noted(error) {
  if (error instanceof Unreachable || error instanceof SignedOut) return; // the page says so
  console.info("The server was not told of this device.", error);
}

/** Tell, if it is time; of all tabs one does. */
async function report() {
  await navigator.locks.request("jamboree-report", { ifAvailable: true }, async (lock) => {
    const me = await person();
    if (!lock || !me || personOnPage()?.id !== me.id) return;
    // People's changes go first; when they are sent, this is asked for again.
    if ((await queue()).some(({ state }) => state === "waiting")) return;
    const before = await fact("reported");
    const since = before?.person === me.id ? Date.now() - before.at : Number.POSITIVE_INFINITY;
    if (since >= 0 && since < AT_MOST_EVERY) {
      plan(AT_MOST_EVERY - since);
      return;
    }
    const [about, held] = [await device(), await holdings()];
    const said = JSON.stringify([about, held]);
    if (said === before?.said && since < AT_LEAST_EVERY) return;
    await tell(about, held);
    await setFact("reported", { person: me.id, at: Date.now(), said });
  });
}

/** @param {object} about @param {Map<string, Holding>} held */
async function tell(about, held) {
  const path = `devices/${await deviceId()}`;
  const known = await call("PUT", path, about);
  /** @type {Map<string, Holding>} */
  const there = new Map(
    known.copies.map((/** @type {Holding & {playlist: string}} */ one) => [one.playlist, one]),
  );
  for (const id of there.keys()) {
    if (!held.has(id)) await call("DELETE", `${path}/copies/${id}`).catch(unlessMissing);
  }
  for (const [id, one] of held) {
    // One that is not shared any more: it is taken off this device when the copy follows its list.
    if (isOther(one, there.get(id))) {
      await call("PUT", `${path}/copies/${id}`, one).catch(unlessMissing);
    }
  }
}

/** @param {unknown} error */
function unlessMissing(error) {
  if (!(error instanceof Refused && error.status === 404)) throw error;
}

/**
 * What is told of a copy.
 * @typedef {object} Holding
 * @property {string} quality
 * @property {string} state
 * @property {number} tracks
 * @property {number} tracks_safe
 * @property {number} size_bytes
 * @property {number} bytes_safe
 * @property {number} seq
 * @property {string} checked_at ISO 8601
 * @property {string | null} problem
 */

/** @param {Holding} one @param {Holding | undefined} known */
function isOther(one, known) {
  if (!known) return true;
  const age = Date.parse(one.checked_at) - Date.parse(known.checked_at);
  const names = /** @type {(keyof Holding)[]} */ (Object.keys(one));
  return (
    !(Math.abs(age) < AT_LEAST_EVERY) ||
    names.some((name) => name !== "checked_at" && one[name] !== known[name])
  );
}

/** This device: its name, and how much room it has. */
async function device() {
  const { browser, system, kind } = described(navigator.userAgent, navigator.maxTouchPoints);
  const name = browser && system ? say("browser_on", { browser, system }) : browser || system;
  const [{ used, budget }, estimate = {}, persisted, counts] = await Promise.all([
    room(),
    navigator.storage?.estimate?.(),
    navigator.storage?.persisted?.(),
    totals(),
  ]);
  const figures = {
    used_bytes: Math.round(used),
    budget_bytes: Math.round(budget),
    ...(estimate.quota !== undefined && { quota_bytes: Math.round(estimate.quota) }),
    persisted: persisted ?? false,
    hits: counts.hits,
    misses: counts.misses,
    saved_bytes: counts.saved,
    worker: Boolean(navigator.serviceWorker?.controller),
  };
  return { name: name || say("a_browser"), kind, figures };
}

/** By the id of the playlist. @returns {Promise<Map<string, Holding>>} */
async function holdings() {
  /** @type {KeptAudio[]} */
  const files = await (await deviceDatabase()).getAll("audio");
  const kept = new Map(files.map((file) => [file.sha256, file]));
  return new Map((await copies()).map((one) => [one.id, holding(one, kept)]));
}

/** @param {Copy} one @param {Map<string, KeptAudio>} kept @returns {Holding} */
function holding(one, kept) {
  const files = one.audio.map(({ sha256 }) => kept.get(sha256));
  return {
    quality: one.quality,
    state: one.state,
    tracks: one.audio.length + (one.preparing?.length ?? 0),
    tracks_safe: files.filter((file) => file?.complete).length,
    size_bytes: one.sizeBytes,
    bytes_safe: files.reduce((sum, file) => sum + bytesOf(file), 0),
    seq: one.seq,
    checked_at: new Date(one.checkedAt).toISOString(),
    problem: one.problem ?? null,
  };
}
