// How often what was played was on this device, and what that saved; a row a week, in the device's own
// database. One a play, however many ranges the player asks for.

import { deviceDatabase } from "./database.js";
import { weekOf } from "./week.js";

const WEEKS = 12;

/**
 * @typedef {object} Week
 * @property {string} week ISO 8601, like 2026-W47
 * @property {number} hits plays of what was here
 * @property {number} misses plays that came from the server
 * @property {number} saved bytes that were played and did not have to come
 */

/** Add to this week's counts. @param {Partial<Omit<Week, "week">>} more */
export async function count({ hits = 0, misses = 0, saved = 0 }) {
  const week = weekOf(new Date());
  const tx = (await deviceDatabase()).transaction("counts", "readwrite");
  const was = (await tx.store.get(week)) ?? { week, hits: 0, misses: 0, saved: 0 };
  const now = {
    week,
    hits: was.hits + hits,
    misses: was.misses + misses,
    saved: was.saved + Math.round(saved),
  };
  await tx.store.put(now, week);
  if (now.hits + now.misses === 1) {
    const old = (await tx.store.getAllKeys()).slice(0, -WEEKS);
    for (const key of old) await tx.store.delete(key);
  }
  await tx.done;
}

/** The weeks that are known, this one first. @returns {Promise<Week[]>} */
export async function weeks() {
  return (await (await deviceDatabase()).getAll("counts")).reverse();
}

/** All of them together. @returns {Promise<Omit<Week, "week">>} */
export async function totals() {
  const sum = { hits: 0, misses: 0, saved: 0 };
  for (const { hits, misses, saved } of await weeks()) {
    sum.hits += hits;
    sum.misses += misses;
    sum.saved += saved;
  }
  return sum;
}
