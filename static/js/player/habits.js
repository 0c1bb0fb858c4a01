// How somebody listens on this device, remembered for each person apart: shuffle, repeat, and how fast long
// ones go. Who leaves for good has it removed (offline/leaving.js).

import { person } from "../offline/database.js";
import { habitsOf } from "../offline/places.js";
import { personOnPage } from "../site.js";

/** @typedef {{isShuffled: boolean, repeat: import("./queue.js").Repeat, rate: number}} Habits */

/** @type {Habits} */
const FIRST = { isShuffled: false, repeat: "off", rate: 1 };

/** Whose they are: the page of the server says so; without network the device knows. Guests have none. */
let name = "";

/** Read whose habits they are, and what they are. @returns {Promise<Habits>} */
export async function recall() {
  const id = personOnPage()?.id ?? (await person().catch(() => null))?.id;
  name = id ? habitsOf(id) : "";
  return habits();
}

/** @returns {Habits} */
export function habits() {
  try {
    return { ...FIRST, ...JSON.parse((name && localStorage.getItem(name)) || "{}") };
  } catch {
    return FIRST; // nothing may be kept here, or somebody else wrote to it
  }
}

/** @param {Partial<Habits>} changed */
export function remember(changed) {
  if (!name) return;
  try {
    localStorage.setItem(name, JSON.stringify({ ...habits(), ...changed }));
  } catch {
    // for as long as the page is open, then
  }
}
