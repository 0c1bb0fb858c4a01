// A random order in which no artist comes twice in a row, where that is possible.

/**
 * Each next one is picked at random among those of other artists than the last. When one artist has
 * more than half of what is left, it is their turn: put off, there would be too few others between
 * theirs. Where an artist has more tracks than all others together and one more, some must meet; then
 * as few as can be.
 * @template T
 * @param {readonly T[]} list
 * @param {(one: T) => string} artistOf "" is nobody known: they never meet
 * @param {{after?: string | null, random?: () => number}} [options] `after`: who was heard last
 * @returns {T[]}
 */
export function shuffled(list, artistOf, { after = null, random = Math.random } = {}) {
  const left = list.map((one, index) => ({ one, artist: artistOf(one).toLowerCase() || index }));
  const counts = new Map();
  for (const { artist } of left) counts.set(artist, (counts.get(artist) ?? 0) + 1);
  let last = after?.toLowerCase() ?? null;
  let most = Math.max(0, ...counts.values()); // nobody has more of what is left
  /** @type {T[]} */
  const order = [];
  while (left.length) {
    let urgent = null;
    if (most > Math.floor(left.length / 2)) [urgent, most] = mostOf(counts);
    if (most <= Math.floor(left.length / 2) || urgent === last) urgent = null;
    const index = pick(left, urgent, last, random);
    const { one, artist } = left[index];
    left[index] = left[left.length - 1];
    left.pop();
    counts.set(artist, counts.get(artist) - 1);
    if (!counts.get(artist)) counts.delete(artist);
    last = /** @type {any} */ (artist);
    order.push(one);
  }
  return order;
}

const GUESSES = 12;

/**
 * @param {{artist: string | number}[]} left
 * @param {string | number | null} urgent whose turn it is
 * @param {string | number | null} last @param {() => number} random
 * @returns {number} the index
 */
function pick(left, urgent, last, random) {
  const fits = (/** @type {number} */ index) => {
    const { artist } = left[index];
    return urgent !== null ? artist === urgent : artist !== last;
  };
  const start = Math.floor(random() * left.length);
  let index = start;
  for (let guess = 0; guess < GUESSES; guess += 1) {
    if (fits(index)) return index;
    index = Math.floor(random() * left.length);
  }
  // A rare one: look at all of them, from anywhere.
  for (let step = 0; step < left.length; step += 1) {
    if (fits((start + step) % left.length)) return (start + step) % left.length;
  }
  return start; // all that is left is of the artist who was heard last
}

/** Who has most of what is left, and how many. @param {Map<string | number, number>} counts
 * @returns {[string | number | null, number]} */
function mostOf(counts) {
  /** @type {[string | number | null, number]} */
  let found = [null, 0];
  for (const one of counts) if (one[1] > found[1]) found = one;
  return found;
}
