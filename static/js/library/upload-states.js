// What an upload goes through, and what is next: the part that needs neither page nor network.
//
//   waiting → checking → ready → sending → looking → added
//                 ↓         ↓        ↓          ↓
//               same      here    broken     refused
//
// A broken one goes on by itself; "left" is one that began on a page that is gone, of which the
// browser has forgotten the file.

/** @typedef {"waiting" | "checking" | "ready" | "sending" | "looking" | "added" | "here" | "same"
 *   | "broken" | "refused" | "left"} State */

/**
 * @typedef {{
 *   key: string | undefined, name: string, size: number, modified: number, file: File | null, state: State,
 *   checked: number, sent: number, sha256: string, upload: string | null, track: any,
 *   reason: string, anyway: boolean, since: number, abort: AbortController,
 * }} Entry
 */

export const AT_A_TIME = 3;

/** States in which it needs the page to stay open. @type {Set<State>} */
const AT_WORK = new Set(["waiting", "checking", "ready", "sending", "looking", "broken"]);
/** States in which the network is used, or would be. @type {Set<State>} */
const SENDING = new Set(["sending", "looking", "broken"]);
/** States that say what came of it. @type {Set<State>} */
const OVER = new Set(["added", "here", "same"]);

/** @param {Entry} entry */
export const isAtWork = (entry) => AT_WORK.has(entry.state);
/** @param {Entry} entry */
export const isSending = (entry) => SENDING.has(entry.state);
/** @param {Entry} entry */
export const isOver = (entry) => OVER.has(entry.state);

/**
 * What may begin now: one file is read at a time, three are sent, in the order of the list.
 * @param {Entry[]} entries
 * @returns {{check: Entry | undefined, send: Entry[]}}
 */
export function next(entries) {
  const isChecking = entries.some(({ state }) => state === "checking");
  const room = AT_A_TIME - entries.filter(isSending).length;
  return {
    check: isChecking ? undefined : entries.find(({ state }) => state === "waiting"),
    send: entries.filter(({ state }) => state === "ready").slice(0, Math.max(0, room)),
  };
}

/**
 * How far all of it is.
 * @param {Entry[]} entries
 */
export function total(entries) {
  const mine = entries.filter(({ state }) => state !== "left");
  const over = mine.filter((entry) => isOver(entry) || entry.state === "refused");
  const taken = mine.filter(({ state }) => state !== "refused");
  const bytes = taken.reduce((sum, { size }) => sum + size, 0);
  const sent = taken.reduce((sum, e) => sum + (isAtWork(e) ? Math.min(e.sent, e.size) : e.size), 0);
  return {
    files: mine.length,
    over: over.length,
    added: mine.filter(({ state }) => state === "added").length,
    refused: mine.filter(({ state }) => state === "refused").length,
    broken: mine.filter(({ state }) => state === "broken").length,
    atWork: mine.filter(isAtWork).length,
    bytes,
    sent,
  };
}

const MIB = 1024 * 1024;
const FIRST = MIB;
export const LEAST = MIB / 4;
export const MOST = 8 * MIB; // what the server takes in one call
const TAKES = 4000; // milliseconds that a piece should take

/**
 * How large the next piece should be: what goes through in four seconds, so that a slow phone holds
 * no thread of the server for long, and a broken connection costs little.
 * @param {{bytes: number, ms: number} | null} last
 * @param {number} [most] what goes through a proxy on the way
 */
export function pieceSize(last, most = MOST) {
  if (!last) return Math.min(FIRST, most);
  const fits = (last.bytes / Math.max(last.ms, 1)) * TAKES;
  return Math.round(Math.min(most, Math.max(LEAST, Math.min(fits, last.bytes * 4))));
}

/** Milliseconds to the next attempt, so that many clients don't come back at once.
 * @param {number} attempt from 0 @param {number} chance from 0 to 1 */
export function backOff(attempt, chance) {
  return Math.min(30_000, 1000 * 2 ** attempt) * (0.5 + chance / 2);
}

/**
 * What of the chosen files is audio, by their names; hidden files, of which systems leave many, are
 * not even counted.
 * @template {{name: string}} T
 * @param {T[]} files
 * @param {string[]} extensions with a dot, in lower case
 */
export function audioOf(files, extensions) {
  const seen = files.filter(({ name }) => !name.startsWith(".") && name !== "Thumbs.db");
  const audio = seen.filter(({ name }) => {
    const dot = name.lastIndexOf(".");
    return dot > 0 && extensions.includes(name.slice(dot).toLowerCase());
  });
  return { audio, others: seen.length - audio.length };
}

/** Whether a chosen file is one that was left unfinished.
 * @param {Entry} left @param {{name: string, size: number, lastModified: number}} file */
export function isSameFile(left, file) {
  return (
    left.state === "left" &&
    left.name === file.name &&
    left.size === file.size &&
    (!left.modified || left.modified === file.lastModified)
  );
}
