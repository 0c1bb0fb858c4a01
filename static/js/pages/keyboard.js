// The keyboard: space plays, J and K go through the rows, U and D vote, Alt with arrows reorders,
// / searches, ? lists all this.

import { JamPlaylist } from "../playlists/jam-playlist.js";
import { ordersItself } from "../playlists/order.js";
import { whyNotMoved } from "../playlists/why.js";
import { say } from "../words.js";
import { toast } from "./toast-line.js";

/** @type {Record<string, (event: KeyboardEvent) => void>} */
const KEYS = {
  " ": () => /** @type {HTMLElement | null} */ (document.querySelector("#player .toggle"))?.click(),
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  u: () => press(".votes .up"),
  d: () => press(".votes .down"),
  "/": () =>
    /** @type {HTMLElement | null} */ (document.querySelector("main input[type=search]"))?.focus(),
  "?": () => toast(say("keys")),
};

document.addEventListener("keydown", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (event.ctrlKey || event.metaKey || target.closest("dialog[open]")) return;
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    shift(event.key === "ArrowUp" ? -1 : 1);
    return;
  }
  if (event.altKey || target.closest("input, textarea, select, [contenteditable]")) return;
  // A button takes its own space bar, and the arrows scroll where no list is.
  if (event.key === " " && target.closest("button, a, summary")) return;
  if (event.key.startsWith("Arrow") && !row()) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act(event);
});

/** The row that has the focus. @returns {HTMLElement | null} */
function row() {
  return document.activeElement?.closest(".row") ?? null;
}

/** @param {number} by */
function step(by) {
  const rows = [...document.querySelectorAll("jam-playlist .row")];
  const here = row();
  const next = rows[here ? rows.indexOf(here) + by : 0];
  /** @type {HTMLElement | null | undefined} */ (next?.querySelector(".art"))?.focus();
}

/** @param {string} selector */
function press(selector) {
  /** @type {HTMLElement | null | undefined} */ (row()?.querySelector(selector))?.click();
}

/** @param {number} by */
function shift(by) {
  const here = row();
  const list = here?.closest("jam-playlist");
  if (!here || !(list instanceof JamPlaylist) || !list.canEdit) return;
  if (ordersItself(list.model.settings.order_mode)) {
    toast(whyNotMoved(list.model, here.id));
    return;
  }
  const at = [...list.rows.list.children].indexOf(here);
  const to = Math.min(Math.max(at + by, 0), list.rows.list.children.length - 1);
  if (to !== at) list.move(here.id, to);
}
