// A copy that is read before anybody asks for it.

import { copy } from "./copies.js";

/** @type {{id: string, row: ReturnType<typeof copy>} | null} */
let ahead = null;

/** @param {string} id the playlist's */
export function readAhead(id) {
  const row = copy(id);
  row.catch(() => {}); // who asks for it hears of it
  ahead = { id, row };
}

/** The copy, read already or now. @param {string} id */
export function readCopy(id) {
  const row = ahead?.id === id ? ahead.row : copy(id);
  ahead = null; // it may be another the next time
  return row;
}
