// How many changes of each playlist wait, on the cards that lead to it.

import { sayCount } from "../words.js";

/** @type {Map<string, number>} */
let counts = new Map();

/** @param {import("../playlists/shapes.js").QueuedOperation[]} queued */
export function markPending(queued) {
  counts = new Map();
  for (const { operation } of queued) {
    counts.set(operation.playlist, (counts.get(operation.playlist) ?? 0) + 1);
  }
  mark();
}

function mark() {
  for (const card of document.querySelectorAll("#main .card[data-playlist]")) {
    const count = counts.get(card.getAttribute("data-playlist") ?? "") ?? 0;
    const waits = /** @type {HTMLElement | null} */ (card.querySelector("[data-field=waits]"));
    if (!waits) continue;
    waits.hidden = !count;
    waits.textContent = count ? sayCount("changes_pending", count) : "";
  }
}

// Pages that come later, of the server or of the device.
globalThis.document?.addEventListener("htmx:after:swap", mark);
globalThis.document?.addEventListener("jam:shown", mark);
