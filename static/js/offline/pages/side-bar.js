// The side bar without network: the playlists on this device. A page that the server made has all of them.

import { address } from "../../site.js";
import { copies } from "../copies.js";
import { copyOf, fillMosaic, text } from "./markup.js";

/** Only on the shell, which knows nobody's playlists. */
export async function fillSideBar() {
  const link = document.getElementById("side-link-template");
  const list = document.querySelector("#side-playlists nav");
  if (!link || !list || list.children.length) return;
  const all = await copies();
  all.sort((one, other) => one.playlist.title.localeCompare(other.playlist.title));
  const made = all.map(({ id, playlist, items }) => {
    const one = /** @type {HTMLAnchorElement} */ (copyOf(link));
    one.href = address(`playlists/${id}`);
    one.dataset.playlist = id;
    text(one, "title", playlist.title);
    fillMosaic(one, items);
    return one;
  });
  list.replaceChildren(...made);
  /** @type {any} */ (globalThis).htmx?.process(list);
}
