// A playlist without network, from its copy: the markup that the server fills.

import { beginWith } from "../../playlists/list-rows.js";
import { sorted } from "../../playlists/order.js";
import { make } from "../../playlists/row.js";
import { sayOrder } from "../../playlists/why.js";
import { draft } from "../drafts.js";
import { readCopy } from "../reading-ahead.js";
import { field, fillMosaic, template, text } from "./markup.js";

const AT_FIRST = 60; // rows, more than a screen shows; the list puts in the others

/** @param {HTMLElement} page @param {import("../page-at.js").At} at */
export async function show(page, { id }) {
  const one = (await readCopy(id)) ?? (await draft(id));
  if (!one) return false;
  await showPlaylist(page, one);
  return true;
}

/**
 * Show a list, whether it was taken along or made here.
 * @param {HTMLElement} page
 * @param {{playlist: import("../../playlists/shapes.js").Playlist, seq: number, epoch: string,
 *   items: import("../../playlists/shapes.js").Item[],
 *   room?: import("../../playlists/shapes.js").RoomState}} one
 */
export async function showPlaylist(page, { playlist, items, seq, epoch, room }) {
  const { id, title, description, order_mode: mode } = playlist;
  const made = await template("playlist");
  const list = /** @type {HTMLElement} */ (made.querySelector("jam-playlist"));
  Object.assign(list.dataset, { playlist: id, seq, epoch, role: playlist.my_role, mode });
  list.dataset.consume = playlist.consume ? "yes" : "";
  text(list, "title", title);
  text(list, "description", description);
  field(list, "description").hidden = !description;
  text(list, "mode", sayOrder(mode));
  list.querySelector("take-along")?.setAttribute("data-playlist", id);
  for (const link of list.querySelectorAll("[data-online]")) link.remove();
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
