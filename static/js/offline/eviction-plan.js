// What goes when there has to be room. Needs no browser: tests and the model of a listening week
// (bench/works/listening_week.py) call it directly.

/**
 * A file on this device, as far as this is about it.
 * @typedef {object} Candidate
 * @property {string} sha256
 * @property {number} bytes of it that are here
 * @property {boolean} complete
 * @property {number} lastUsed milliseconds
 */

/**
 * What goes so that `needed` bytes are free, in this order: what was kept because it was played, least
 * recently used first, then what was begun and is not whole. What a copy holds never goes, nor what is in
 * use. As little as is enough; all that may go where even that is not.
 * @template {Candidate} F
 * @param {F[]} files
 * @param {{needed: number, pinned: Set<string>, inUse: Set<string>}} how
 * @returns {F[]}
 */
export function whatGoes(files, { needed, pinned, inUse }) {
  const may = files.filter(({ sha256 }) => !pinned.has(sha256) && !inUse.has(sha256));
  may.sort((a, b) => Number(b.complete) - Number(a.complete) || a.lastUsed - b.lastUsed);
  const goes = [];
  let freed = 0;
  for (const file of may) {
    if (freed >= needed) break;
    goes.push(file);
    freed += file.bytes;
  }
  return goes;
}

/** One file may take so much of the budget unasked: an evening's recording is no reason to lose fifty
 * songs. */
const ONE_AT_MOST = 0.2;

/**
 * Whether a file may be kept that nobody took along, and how much has to go for it.
 * @param {number} bytes it needs
 * @param {{budget: number, used: number, pinned: number, evicts: boolean}} room bytes, and whether what
 *   was kept may go by itself
 * @returns {{fits: boolean, needed: number}}
 */
export function mayKeep(bytes, { budget, used, pinned, evicts }) {
  const needed = Math.max(0, used + bytes - budget);
  const isSmall = bytes <= budget * ONE_AT_MOST;
  const fits = isSmall && (needed === 0 || (evicts && pinned + bytes <= budget));
  return { fits, needed };
}
