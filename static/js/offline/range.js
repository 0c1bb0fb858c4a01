// Ranges of a file, asked for by a media element and answered from chunks. Needs no browser.

/**
 * Read a Range header for a file of `size` bytes.
 * @param {string | null} header
 * @param {number} size
 * @returns {{start: number, end: number} | "whole" | "unsatisfiable"} `end` is not included
 */
export function parseRange(header, size) {
  const match = header?.trim().match(/^bytes=(\d*)-(\d*)$/);
  // None, several, another unit, nonsense: everything may be answered (RFC 9110, section 14.2).
  if (!match || (!match[1] && !match[2])) return "whole";
  if (!match[1]) {
    const count = Number(match[2]);
    if (count === 0) return "unsatisfiable";
    return { start: Math.max(0, size - count), end: size };
  }
  const start = Number(match[1]);
  const last = match[2] ? Number(match[2]) : Number.POSITIVE_INFINITY;
  if (last < start) return "whole"; // invalid, so ignored
  if (start >= size) return "unsatisfiable";
  return { start, end: Math.min(last, size - 1) + 1 };
}

/**
 * Which parts of which chunks make up a range.
 * @param {{start: number, end: number}} range
 * @param {number} chunkSize
 * @returns {{index: number, from: number, to: number}[]} `to` is not included
 */
export function partsOf({ start, end }, chunkSize) {
  const parts = [];
  for (let index = Math.floor(start / chunkSize); index * chunkSize < end; index += 1) {
    const base = index * chunkSize;
    parts.push({
      index,
      from: Math.max(0, start - base),
      to: Math.min(chunkSize, end - base),
    });
  }
  return parts;
}

/**
 * Up to where a file is here without a gap, from a byte on; 0 where that byte is not here. The end is not
 * included.
 * @param {number} start
 * @param {{have: number[], chunkSize: number, size: number}} file
 */
export function endOfWhatIsHere(start, { have, chunkSize, size }) {
  const here = new Set(have);
  let index = Math.floor(start / chunkSize);
  if (!here.has(index)) return 0;
  while (here.has(index + 1)) index += 1;
  return Math.min((index + 1) * chunkSize, size);
}
