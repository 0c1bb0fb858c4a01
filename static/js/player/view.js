// What the player shows. It decides nothing: <jam-player> tells it what is so.

import { clock, say } from "../words.js";
import { Peaks } from "./peaks.js";

/**
 * What is shown of an item, or of an entry of one's queue.
 * @typedef {{track: import("../playlists/shapes.js").Track, added_by?: {name: string}}} Shown
 */

/** @param {Shown} item */
export function byline({ track, added_by }) {
  return [track.artist, added_by?.name].filter(Boolean).join(" · ");
}

/** @param {HTMLImageElement} image @param {string} src "" for none */
export function show(image, src) {
  if (image.getAttribute("src") === src) return;
  if (src) image.src = src;
  else image.removeAttribute("src");
}

export class PlayerView {
  /** @param {HTMLElement} player the markup of templates/_player.html */
  constructor(player) {
    this.player = player;
    this.slider = /** @type {HTMLInputElement} */ (player.querySelector("input[type=range]"));
    this.peaks = new Peaks(/** @type {SVGElement} */ (player.querySelector(".peaks")));
    /** A finger is on the slider: it is not moved under it. */
    this.isSeeking = false;
    /** Where it would go on. */
    this.continues = "";
  }

  /** @param {string} selector @returns {HTMLElement} */
  $(selector) {
    return /** @type {HTMLElement} */ (this.player.querySelector(selector));
  }

  /** @param {Shown | null} item @param {string} mode */
  item(item, mode) {
    this.player.hidden = !item;
    if (!item) return;
    this.player.dataset.mode = mode;
    this.$(".text .title").textContent = item.track.title;
    this.$(".text .by").textContent = byline(item);
    show(/** @type {HTMLImageElement} */ (this.$(".art img")), item.track.cover_url ?? "");
    this.peaks.show(item.track.audio ? item.track.id : "");
  }

  /** @param {boolean} isSounding */
  toggle(isSounding) {
    const button = this.$(".toggle");
    button.dataset.icon = isSounding ? "pause" : "play";
    button.setAttribute("aria-label", say(isSounding ? "pause" : "play"));
  }

  /** @param {number} second @param {number} length both in seconds */
  time(second, length) {
    if (this.isSeeking) return;
    this.slider.max = String(length || 0);
    this.$(".length").textContent = clock(length) || "0:00";
    this.second(second);
  }

  /** @param {number} second */
  second(second) {
    const { slider } = this;
    slider.value = String(second);
    const length = Number(slider.max);
    this.player.style.setProperty("--played", String(length ? second / length : 0));
    slider.setAttribute("aria-valuetext", `${clock(second)} / ${clock(length)}`);
    this.$(".at").textContent = clock(second) || "0:00";
  }

  /** Nothing sounds yet, and would go on from this second. @param {number | null} second */
  waits(second) {
    this.continues = second ? say("continue_from", { time: clock(second) }) : "";
    this.player.toggleAttribute("data-waits", second !== null);
  }

  /** Where it sounds, and the button that changes that.
   * @param {string} mode @param {{name: string} | null | undefined} speaker @param {boolean} canTake */
  speaker(mode, speaker, canTake) {
    const where = this.$(".where");
    if (this.continues) where.textContent = this.continues;
    else if (mode === "speaker") where.textContent = say("playing_here");
    else if (mode === "private") where.textContent = say("for_yourself");
    else if (speaker) where.textContent = say("playing_there", { name: speaker.name });
    else where.textContent = say("no_speaker");
    const take = this.$(".take");
    take.hidden = !canTake;
    take.textContent = say(mode === "speaker" ? "stop_here" : "play_here");
  }

  /** @param {Shown[]} items */
  upNext(items) {
    const template = /** @type {HTMLTemplateElement} */ (this.$(".next-template"));
    this.$(".up-next").hidden = items.length === 0;
    this.$(".up-next ul").replaceChildren(
      ...items.map((item) => {
        const row = /** @type {HTMLElement} */ (
          template.content.firstElementChild?.cloneNode(true)
        );
        /** @type {HTMLElement} */ (row.querySelector(".title")).textContent = item.track.title;
        /** @type {HTMLElement} */ (row.querySelector(".by")).textContent = byline(item);
        const image = /** @type {HTMLImageElement} */ (row.querySelector("img"));
        show(image, item.track.cover_url?.replace("/large.", "/small.") ?? "");
        return row;
      }),
    );
  }

  /** @param {boolean} isOpen */
  open(isOpen) {
    this.player.toggleAttribute("data-open", isOpen);
    this.$(".open").setAttribute("aria-expanded", String(isOpen));
    this.$(isOpen ? ".close" : ".open").focus();
  }
}
