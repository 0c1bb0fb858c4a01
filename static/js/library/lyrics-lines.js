// Which line of the lyrics is sung at a second. No DOM here.

/** @typedef {{at: number | null, text: string}} Line */

/**
 * The last line that has begun; -1 before the first, and where lines have no times.
 * @param {Line[]} lines sorted by their time
 * @param {number} second
 */
export function lineAt(lines, second) {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { at } = lines[middle];
    if (at === null) return -1;
    if (at <= second) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
