// Going on with what one listened to, here or on another device: offered, never begun by itself.

import { JamPlayer } from "./jam-player.js";
import { whereIWas } from "./place.js";
import { entry } from "./queue.js";

/** @returns {JamPlayer | null} */
function thePlayer() {
  const player = document.querySelector("jam-player");
  return player instanceof JamPlayer ? player : null;
}

/** Put what is left of it into the player, which waits. */
async function offer() {
  const place = await whereIWas();
  const player = thePlayer();
  if (!place || !player) return;
  // Meanwhile somebody plays, or watches a room that does.
  const { programme } = player;
  if (programme?.item) return;
  const own = player.enterOwn(null);
  own.playlist = place.playlist;
  own.wait([place.track, ...place.queue].map(entry), place.second);
  if (programme?.room) player.visit(programme.room);
}

/** The card of the home page: the same, and within the tap, which alone lets a page sound. */
document.addEventListener("click", (event) => {
  const button = /** @type {Element} */ (event.target).closest("[data-continue]");
  const player = thePlayer();
  if (!(button instanceof HTMLElement) || !player) return;
  event.preventDefault();
  const { programme } = player;
  const track = JSON.parse(button.dataset.continue ?? "null");
  const isWaiting = programme?.mode === "private" && "waitsAt" in programme;
  if (isWaiting && programme.waitsAt !== null && programme.item?.track.id === track.id) {
    player.toggle();
    return;
  }
  const own = player.enterOwn(null);
  own.wait([entry(track)], Number(button.dataset.second));
  player.toggle();
  whereIWas().then((place) => {
    if (!place || place.track.id !== track.id || player.programme !== own) return;
    own.playlist = place.playlist;
    player.queue.source.push(...place.queue.map(entry));
    player.queue.follow(player.queue.source);
    player.showNext();
  });
});

offer();
