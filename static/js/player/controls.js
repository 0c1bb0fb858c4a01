// What is pressed: the player's own buttons, the lock screen, and what pages ask it to play.

import * as session from "./media-session.js";
import { connectOwn } from "./own-controls.js";

/** @param {import("./jam-player.js").JamPlayer} player */
export function connect(player) {
  const { view } = player;
  connectOwn(player);
  view.$(".toggle").addEventListener("click", () => player.toggle());
  view.$(".next").addEventListener("click", () => player.next());
  view.$(".previous").addEventListener("click", () => player.previous());
  view.$(".open").addEventListener("click", () => player.open(true));
  view.$(".close").addEventListener("click", () => player.open(false));
  view.$(".take").addEventListener("click", () => player.takeOrGive());
  view.slider.addEventListener("input", () => {
    view.isSeeking = true;
    view.second(view.slider.valueAsNumber);
  });
  view.slider.addEventListener("change", () => {
    view.isSeeking = false;
    player.seek(view.slider.valueAsNumber);
  });
  document.addEventListener("jam:play", (event) => {
    const { room, item } = /** @type {CustomEvent} */ (event).detail;
    player.play(room, item);
  });
  document.addEventListener("jam:room", (event) => {
    player.visit(/** @type {CustomEvent} */ (event).detail.room);
  });
  const wide = matchMedia("(width >= 900px)");
  wide.addEventListener("change", () => player.toggleAttribute("data-wide", wide.matches));
  player.toggleAttribute("data-wide", wide.matches);
  session.control({
    play: () => player.sound.isPaused && player.toggle(),
    pause: () => !player.sound.isPaused && player.toggle(),
    next: () => player.next(),
    previous: () => player.previous(),
    seek: (seconds) => player.seek(seconds),
  });
}
