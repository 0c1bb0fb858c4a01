// A row of /downloads: one copy, with what is said of it, and its tracks one by one when unfolded.

import { say } from "../words.js";
import { about, pageOf, sentence } from "./copy-state.js";

/** @typedef {import("./database.js").Copy} Copy */
/** @typedef {import("./copy-state.js").CopyState} CopyState */
/** @typedef {import("./copy-state.js").TrackState} TrackState */

/** @param {Element} within @param {string} selector @returns {HTMLElement} */
function find(within, selector) {
  return /** @type {HTMLElement} */ (within.querySelector(selector));
}

/** Write only what is another: who listens to the page would hear it again.
 * @param {HTMLElement} element @param {string} text */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {HTMLElement} row @param {Copy} one @param {CopyState} so
 * @param {HTMLTemplateElement} part of a track
 */
export function fillRow(row, one, so, part) {
  row.dataset.copy = one.id;
  row.dataset.state = so.state;
  row.toggleAttribute("data-problem", so.state === "paused" && one.problem !== undefined);
  const link = /** @type {HTMLAnchorElement} */ (find(row, ".title"));
  write(link, one.playlist.title);
  link.href = pageOf(one);
  write(find(row, ".about"), about(one));
  write(find(row, ".says"), sentence(one, so));
  const progress = /** @type {HTMLProgressElement} */ (find(row, "progress"));
  progress.value = so.part;
  progress.hidden = so.state === "whole";
  progress.setAttribute("aria-label", one.playlist.title);
  find(row, "[data-act=pause]").hidden = so.state !== "fetching";
  find(row, "[data-act=go-on]").hidden = so.state !== "paused";
  fillMosaic(row, one);
  const details = /** @type {HTMLDetailsElement} */ (find(row, "details"));
  if (details.open) fillParts(find(details, "ol"), so.tracks, part);
}

/** @param {HTMLElement} row @param {Copy} one */
function fillMosaic(row, one) {
  const covers = one.items.flatMap(({ track }) => track.cover_url ?? []).slice(0, 4);
  const mosaic = find(row, ".mosaic");
  if (mosaic.dataset.covers === covers.join()) return;
  mosaic.dataset.covers = covers.join();
  mosaic.replaceChildren(
    ...covers.map((cover) => {
      const image = new Image(56, 56);
      image.alt = "";
      image.src = cover.replace("/large.", "/small.");
      return image;
    }),
  );
}

/** @param {HTMLElement} list @param {TrackState[]} tracks @param {HTMLTemplateElement} part */
function fillParts(list, tracks, part) {
  while (list.children.length > tracks.length) list.lastElementChild?.remove();
  for (const [index, track] of tracks.entries()) {
    const known = /** @type {HTMLElement | undefined} */ (list.children[index]);
    const made = /** @type {HTMLElement} */ (
      known ?? part.content.firstElementChild?.cloneNode(true)
    );
    if (!known) list.append(made);
    markState(find(made, "i"), track.state);
    made.dataset.state = track.state;
    write(find(made, ".title"), track.title);
    write(find(made, ".by"), track.artist);
    const percent = Math.floor(track.part * 100);
    write(find(made, ".how"), say(`parts.${track.state}`, { percent }));
  }
}

/** @param {HTMLElement} icon @param {TrackState["state"]} state */
function markState(icon, state) {
  if (state === "here") icon.dataset.icon = "circle-check";
  else if (state === "partly") icon.dataset.icon = "arrow-down-to-line";
  else if (state === "preparing") icon.dataset.icon = "refresh-cw";
  else icon.dataset.icon = "clock";
}
