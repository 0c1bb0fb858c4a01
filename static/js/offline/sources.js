// Which bytes play: what of a track is on this device, known without asking anybody. The next source is
// set inside `ended`, where nothing can be waited for, so a page keeps a map of what is here.

import { address } from "../site.js";
import { copies } from "./copies.js";
import { deviceDatabase, myDatabase, person } from "./database.js";
import { nowAndThen } from "./now-and-then.js";
import { drafted } from "./references.js";

/** @typedef {import("../playlists/shapes.js").Audio} Audio */
/** @typedef {import("./database.js").KeptAudio} KeptAudio */

/** What is here whole and may be heard by who is here: original → the files of it, itself among them.
 * @type {Map<string, Set<string>>} */
let here = new Map();
/** What turned out to be damaged; the worker is not asked for it again. @type {Set<string>} */
const broken = new Set();

/**
 * The address of a track's bytes on this device: the original's where this browser plays it, else the
 * small one's; null where none are here.
 * @param {Audio} audio
 * @param {(type: string) => string} [canPlay] the element's `canPlayType`
 * @returns {string | null}
 */
export function urlHere(audio, canPlay) {
  const found = here.get(audio.sha256) ?? new Set();
  const isPlayable = audio.plays !== "somewhere" || canPlay?.(audio.mimetype ?? "") === "probably";
  const files = [...found].filter((sha256) => !broken.has(sha256));
  const original = isPlayable && files.includes(audio.sha256) ? audio.sha256 : undefined;
  // Every browser plays renditions.
  const best = original ?? files.find((sha256) => sha256 !== audio.sha256);
  return best ? address(`audio/${best}`) : null;
}

/** A file on this device did not play: it is left alone until the page is loaded anew.
 * @param {string} sha256 */
export function passOver(sha256) {
  broken.add(sha256);
}

/** The address of a file, from the network where the one on the device is damaged. @param {string} url */
export function intact(url) {
  return broken.has(hashIn(url)) ? `${url}?network` : url;
}

/** The hash of the file that an address of audio stands for. @param {string} url */
export function hashIn(url) {
  return url.split("/").at(-1) ?? "";
}

/** Read what is here. */
export async function fill() {
  const me = await person();
  const along = await copies();
  const mine = new Set(along.flatMap(({ hashes }) => hashes));
  const inDrafts = await drafted(await myDatabase());
  /** @type {Map<string, Set<string>>} */
  const found = new Map();
  /** @type {KeptAudio[]} */
  const files = me ? await (await deviceDatabase()).getAll("audio") : [];
  // Of which track a small file is also the copies know: rows of an early layout don't say it.
  const originals = originalsOf(along);
  for (const { sha256, of, complete, people } of files) {
    const isMine = mine.has(sha256) || inDrafts.has(of ?? sha256);
    if (!complete || !(isMine || people?.includes(me?.id ?? ""))) continue;
    for (const original of new Set([of ?? sha256, ...(originals.get(sha256) ?? [])])) {
      const all = found.get(original) ?? new Set();
      found.set(original, all.add(sha256));
    }
  }
  here = found;
}

/** Two originals may have one rendition.
 * @param {import("./database.js").Copy[]} along @returns {Map<string, Set<string>>} */
function originalsOf(along) {
  /** @type {Map<string, Set<string>>} */
  const found = new Map();
  for (const { audio, old } of along) {
    for (const { sha256, of } of [...audio, ...(old?.audio ?? [])]) {
      const all = found.get(sha256) ?? new Set();
      found.set(sha256, all.add(of ?? sha256));
    }
  }
  return found;
}

/** Know what is here, from now on. */
export function keepTrue() {
  const soon = nowAndThen(() => fill().catch(() => {}));
  const news = new BroadcastChannel("jamboree");
  news.onmessage = ({ data }) => {
    // What was wrong of it is gone, and comes anew.
    if (data.kind === "lost") broken.delete(data.sha256);
    if (["copies", "progress", "audio"].includes(data.kind)) soon();
  };
  return fill().catch(() => {}); // without IndexedDB nothing is here
}
