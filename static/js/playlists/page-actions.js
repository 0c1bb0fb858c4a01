// The buttons in a playlist's head that concern the player.

import { JamPlaylist } from "./jam-playlist.js";

document.addEventListener("click", (event) => {
  const button = /** @type {Element} */ (event.target).closest("[data-action=play]");
  const list = button?.closest("jam-playlist");
  if (!(list instanceof JamPlaylist) || !list.room) return;
  const detail = { room: list.room, item: null };
  list.dispatchEvent(new CustomEvent("jam:play", { bubbles: true, detail }));
});
