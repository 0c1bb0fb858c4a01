// Where a copy stands: how much of it is here, track by track, and what is said of that.

import { address } from "../site.js";
import { megabytes, say, sayCount } from "../words.js";
import { deviceDatabase } from "./database.js";
import { bytesOf } from "./room.js";

/** @typedef {import("./database.js").Copy} Copy */
/** @typedef {import("./database.js").KeptAudio} KeptAudio */
/** @typedef {import("./database.js").Quality} Quality */

const BYTES_A_SECOND = (96_000 / 8) * 1.02; // of a small file, its container included

/**
 * @typedef {object} TrackState
 * @property {string} title
 * @property {string} artist
 * @property {"here" | "partly" | "missing" | "preparing"} state
 * @property {number} part 0 to 1
 */

/**
 * @typedef {object} CopyState
 * @property {TrackState[]} tracks that have audio, in the list's order
 * @property {number} safe of them: all bytes are here
 * @property {number} preparing of them: the server is still making them
 * @property {number} bytes that are here
 * @property {number} part 0 to 1, by bytes
 * @property {"none" | "fetching" | "paused" | "whole"} state as it is shown
 */

/** All that is noted of audio here, by its hash. @returns {Promise<Map<string, KeptAudio>>} */
export async function filesHere() {
  /** @type {KeptAudio[]} */
  const files = await (await deviceDatabase()).getAll("audio");
  return new Map(files.map((file) => [file.sha256, file]));
}

/** @param {Copy} one @param {Map<string, KeptAudio>} files @returns {CopyState} */
export function stateOf(one, files) {
  const entries = new Map(one.audio.map((entry) => [entry.of ?? entry.sha256, entry]));
  const making = new Set((one.preparing ?? []).map(({ of }) => of));
  /** @type {Map<string, TrackState>} */
  const tracks = new Map();
  let bytes = 0;
  for (const { track } of one.items) {
    const of = track.audio?.sha256 ?? "";
    const entry = entries.get(of);
    if (tracks.has(of) || !(entry || making.has(of))) continue;
    const file = entry && files.get(entry.sha256);
    const here = bytesOf(file);
    const part = entry ? Math.min(1, here / Math.max(1, entry.size_bytes)) : 0;
    const state = !entry ? "preparing" : file?.complete ? "here" : here ? "partly" : "missing";
    bytes += here;
    tracks.set(of, { title: track.title, artist: track.artist, state, part });
  }
  const all = [...tracks.values()];
  const safe = all.filter(({ state }) => state === "here").length;
  const isWhole = one.state === "whole" && safe === all.length;
  return {
    tracks: all,
    safe,
    preparing: making.size,
    bytes,
    part: isWhole ? 1 : Math.min(1, bytes / Math.max(1, one.sizeBytes)),
    // The browser threw something away: it is offered to go on.
    state: one.state === "whole" && !isWhole ? "paused" : one.state,
  };
}

/** What is said of a copy, in a sentence. @param {Copy} one @param {CopyState} so */
export function sentence(one, so) {
  const [count, safe, missing] = [so.tracks.length, so.safe, so.tracks.length - so.safe];
  const here = say("copy.here", { safe, count });
  if (one.state === "whole") {
    const values = { safe, count, missing, when: ago(one.auditedAt ?? one.checkedAt) };
    return missing ? say("copy.missing", values) : say("copy.safe", values);
  }
  if (one.state === "paused") {
    const why = one.problem === undefined ? "by_you" : one.problem;
    const known = say(`copy.why.${why}`);
    return `${known.startsWith("copy.") ? say("copy.why.other") : known} ${here}`;
  }
  const ready = count - so.preparing;
  if (so.preparing && safe === ready) return say("copy.preparing", { ready, count });
  return say("copy.fetching", { safe, count, percent: Math.floor(so.part * 100) });
}

/** What a copy is, beside where it stands: "50 tracks · Small · 61 MB". @param {Copy} one */
export function about(one) {
  return [
    sayCount("tracks", one.items.length),
    say(`qualities.${one.quality}`),
    megabytes(one.sizeBytes),
  ].join(" · ");
}

const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });

/** @param {number} moment milliseconds */
export function ago(moment) {
  const minutes = Math.round((Date.now() - moment) / 60_000);
  if (minutes < 1) return say("just_now");
  if (minutes < 60) return relative.format(-minutes, "minute");
  if (minutes < 48 * 60) return relative.format(-Math.round(minutes / 60), "hour");
  return relative.format(-Math.round(minutes / 1440), "day");
}

/**
 * How much a list is in each quality: the original exactly, the small one at most.
 * @param {import("../playlists/shapes.js").Item[]} items as a manifest has them, with sizes
 * @returns {Record<Quality, number>}
 */
export function sizesOf(items) {
  /** @type {Map<string, {original: number, small: number}>} */
  const files = new Map();
  for (const { track } of items) {
    if (!track.audio) continue;
    const original = track.audio.size_bytes ?? 0;
    const seconds = track.duration_seconds ?? 0;
    const small = seconds ? Math.min(original, Math.round(seconds * BYTES_A_SECOND)) : original;
    files.set(track.audio.sha256, { original, small });
  }
  const sizes = { original: 0, small: 0 };
  for (const { original, small } of files.values()) {
    sizes.original += original;
    sizes.small += small;
  }
  return sizes;
}

/** Where a copy's playlist is. @param {Copy} one */
export function pageOf(one) {
  return address(`playlists/${one.id}`);
}
