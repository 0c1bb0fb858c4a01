// What can be done with a track, wherever it is listed: play it and the list from there, play it next,
// put it into the queue. A link marked data-track-menu leads to the track's page; here it opens a sheet.

import { say } from "../words.js";

/** @typedef {import("../playlists/shapes.js").Track} Track */

/** The track that an element stands for: its shape is with it, or with a row around it.
 * @param {Element} element @returns {Track | null} */
export function trackOf(element) {
  const holder = /** @type {HTMLElement | null} */ (element.closest("[data-shape]"));
  return holder?.dataset.shape ? JSON.parse(holder.dataset.shape) : null;
}

/** The row whose menu is open: its own link leads to the track, and the music goes on. @type {Element | null} */
let from = null;

/** @param {string} name @param {object} detail */
function ask(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

/** Play the list that a track stands in, from there. @param {Element} element */
function playFrom(element) {
  const track = trackOf(element);
  if (!track) return;
  const list = element.closest("[data-play-list]");
  const rows = [...(list?.querySelectorAll("[data-shape]") ?? [])];
  const tracks = rows.length
    ? rows.map((row) => /** @type {Track} */ (trackOf(row))).filter((one) => one.audio)
    : [track];
  ask("jam:play-tracks", { tracks, id: track.id });
}

/** @param {HTMLElement} link @param {Track} track @param {{why?: string, isNext?: boolean}} [place] */
function openMenu(link, track, place) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById("track-menu"));
  const content = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
  const put = (/** @type {string} */ name, /** @type {string} */ text) => {
    /** @type {HTMLElement} */ (content.querySelector(name)).textContent = text;
  };
  put("h1", track.title);
  put(".second", track.artist);
  /** @type {HTMLAnchorElement} */ (content.querySelector("a")).href = /** @type {any} */ (
    link
  ).href;
  content.dataset.shape = JSON.stringify(track);
  const told = /** @type {HTMLElement} */ (content.querySelector(".why"));
  told.hidden = !place?.why;
  if (place?.why) {
    put(".why strong", say(place.isNext ? "stands.next" : "stands.here"));
    put(".why span", place.why);
  }
  from = link.closest("li");
  ask("jam:sheet", { content, from: link });
}

document.addEventListener(
  "click",
  (event) => {
    const target = /** @type {Element} */ (event.target);
    const link = /** @type {HTMLElement | null} */ (target.closest("[data-track-menu]"));
    if (link && !event.defaultPrevented) {
      const row = /** @type {HTMLElement | null} */ (link.closest("jam-playlist .row"));
      const known = trackOf(link);
      const place = !known && row ? askRow(row) : undefined;
      const track = known ?? place?.track;
      if (!track) return;
      event.preventDefault();
      event.stopPropagation(); // htmx would follow it
      openMenu(link, track, place);
      return;
    }
    const leave = target.closest(".track-menu [data-leaves]");
    if (leave && from) {
      event.preventDefault();
      leave.closest("dialog")?.close();
      /** @type {HTMLElement | null} */ (from.querySelector("a:not([data-track-menu])"))?.click();
      return;
    }
    const button = target.closest("button[data-queue], button[data-play-track]");
    if (!button) return;
    event.preventDefault();
    const track = trackOf(button);
    if (button.matches("[data-play-track]")) playFrom(button);
    else if (track) ask("jam:queue", { track, isNext: button.matches("[data-queue=next]") });
    button.closest("dialog")?.close();
  },
  true,
);

/** The track of a playlist's row, which the list knows, and why it stands where it does. @param {HTMLElement} row */
function askRow(row) {
  const detail = { id: row.id, track: /** @type {Track | null} */ (null), why: "", isNext: false };
  row.dispatchEvent(new CustomEvent("jam:which", { bubbles: true, detail }));
  return detail;
}
