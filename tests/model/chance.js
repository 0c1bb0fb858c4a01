// Chance that can be had again: the same seed gives the same schedule.

/** Numbers from 0 to 1 by mulberry32 (Tommy Ettinger, public domain). @param {number} seed */
export function chance(seed) {
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const upTo = (/** @type {number} */ count) => Math.floor(random() * count);
  return {
    random,
    upTo,
    /** @param {number} share */
    happens: (share) => random() < share,
    /** @template T @param {T[]} list @returns {T} */
    oneOf: (list) => list[upTo(list.length)],
    /** By weights: {name: weight}. @template {string} K @param {Record<K, number>} weights @returns {K} */
    weighed(weights) {
      const names = /** @type {K[]} */ (Object.keys(weights));
      let at = random() * names.reduce((sum, name) => sum + weights[name], 0);
      for (const name of names) {
        at -= weights[name];
        if (at < 0) return name;
      }
      return names[names.length - 1];
    },
    uuid() {
      const hex = (/** @type {number} */ count) =>
        Array.from({ length: count }, () => upTo(16).toString(16)).join("");
      return `${hex(8)}-${hex(4)}-4${hex(3)}-${"89ab"[upTo(4)]}${hex(3)}-${hex(12)}`;
    },
  };
}

/** @typedef {ReturnType<typeof chance>} Chance */
