// A playlist without network, from its copy: the markup that the server fills.

import { beginWith } from "../../playlists/list-rows.js";
import { sorted } from "../../playlists/order.js";
import { rightsIn } from "../../playlists/rights.js";
import { make } from "../../playlists/row.js";
import { sayOrder } from "../../playlists/why.js";
import { address } from "../../site.js";
import { draft } from "../drafts.js";
import { readCopy } from "../reading-ahead.js";
import { field, fillMosaic, template, text } from "./markup.js";

const AT_FIRST = 60; // rows, more than a screen shows; the list puts in the others

/** @param {HTMLElement} page @param {import("../page-at.js").At} at */
export async function show(page, { id }) {
  const kept = await readCopy(id);
  const one = kept ?? (await draft(id));
  if (!one) return false;
  await showPlaylist(page, one, Boolean(kept));
  return true;
}

/**
 * Show a list, whether it was taken along or made here.
 * @param {HTMLElement} page
 * @param {{playlist: import("../../playlists/shapes.js").Playlist, seq: number, epoch: string,
 *   items: import("../../playlists/shapes.js").Item[],
 *   room?: import("../../playlists/shapes.js").RoomState}} one
 */
export async function showPlaylist(page, { playlist, items, seq, epoch, room }, isCopy = false) {
  const { id, title, description, order_mode: mode } = playlist;
  const made = await template("playlist");
  const list = /** @type {HTMLElement} */ (made.querySelector("jam-playlist"));
  Object.assign(list.dataset, { playlist: id, seq, epoch, role: playlist.my_role, mode });
  list.dataset.party = playlist.party ? JSON.stringify(playlist.party) : "";
  list.dataset.may = rightsIn(playlist);
  list.dataset.consume = playlist.consume ? "yes" : "";
  text(list, "title", title);
  text(list, "description", description);
  field(list, "description").hidden = !description;
  text(list, "mode", sayOrder(mode));
  list.querySelector("take-along")?.setAttribute("data-playlist", id);
  for (const link of list.querySelectorAll("[data-online]")) link.remove();
  showPast(list, id, isCopy);
  // Nobody is asked what the library has: <search-to-add> looks on the device.
  const search = list.querySelector("search-to-add input");
  for (const name of ["hx-get", "hx-trigger", "hx-target", "hx-swap", "hx-sync"]) {
    search?.removeAttribute(name);
  }
  fillMosaic(list, items);
  const all = sorted(items, mode, { ...room, id: null });
  const rows = all.slice(0, AT_FIRST).map((item, index) => make(item, id, index + 1));
  const place = field(list, "rows");
  place.replaceChildren(...rows);
  beginWith(place, all);
  document.title = `${title} · Jamboree`;
  page.replaceChildren(made);
}

/** What a copy has of the past: its thread and its snapshots, as pages of the device.
 * @param {HTMLElement} list @param {string} id @param {boolean} isCopy */
function showPast(list, id, isCopy) {
  for (const link of list.querySelectorAll("[data-past]")) {
    link.removeAttribute("data-sheet"); // what comes into the sheet comes from the server
    link.setAttribute("href", address(`playlists/${id}/${link.getAttribute("data-past")}`));
    if (!isCopy) link.remove();
  }
}
