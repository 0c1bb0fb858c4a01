// How somebody listens on this device, remembered: shuffle, repeat, and how fast long ones go.

const NAME = "jamboree-listening";

/** @typedef {{isShuffled: boolean, repeat: import("./queue.js").Repeat, rate: number}} Habits */

/** @type {Habits} */
const FIRST = { isShuffled: false, repeat: "off", rate: 1 };

/** @returns {Habits} */
export function habits() {
  try {
    return { ...FIRST, ...JSON.parse(localStorage.getItem(NAME) ?? "{}") };
  } catch {
    return FIRST; // nothing may be kept here, or somebody else wrote to it
  }
}

/** @param {Partial<Habits>} changed */
export function remember(changed) {
  try {
    localStorage.setItem(NAME, JSON.stringify({ ...habits(), ...changed }));
  } catch {
    // for as long as the page is open, then
  }
}
