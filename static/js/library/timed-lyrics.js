// <timed-lyrics>: lyrics in time with the music: the line that is sung stands out and is scrolled to,
// and a tap on a line goes there. On a track's page the server wrote the lines, and they move when that
// track plays; in the player they are those of what plays, from the server, or of a copy without it.

import { call, Refused, SignedOut, Unreachable } from "../api.js";
import { lyricsHere } from "../offline/on-device.js";
import { say } from "../words.js";
import { lineAt } from "./lyrics-lines.js";

/** @typedef {import("./lyrics-lines.js").Line} Line */
/** @typedef {import("../player/jam-player.js").JamPlayer} JamPlayer */

const LOOKS_EVERY = 250; // milliseconds
const HANDS_OFF = 4000; // milliseconds after somebody scrolled by hand

const calm = matchMedia("(prefers-reduced-motion: reduce)");

class TimedLyrics extends HTMLElement {
  /** @type {Line[]} */
  #lines = [];
  /** Of the player: whose lines are shown. @type {string | null} */
  #track = null;
  #at = -1;
  #touched = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** @type {AbortController | undefined} */
  #listeners;

  connectedCallback() {
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    if (this.dataset.track) {
      this.#track = this.dataset.track;
      this.#lines = [...this.querySelectorAll("li")].map((li) => ({
        at: li.dataset.at ? Number(li.dataset.at) : null,
        text: li.textContent ?? "",
      }));
    }
    this.addEventListener("click", (event) => this.#clicked(event), { signal });
    for (const type of ["wheel", "touchmove"]) {
      const touched = () => {
        this.#touched = Date.now();
      };
      this.addEventListener(type, touched, { signal, passive: true });
    }
    this.#timer = setInterval(() => this.#look(), LOOKS_EVERY);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
    this.#listeners?.abort();
  }

  get #player() {
    return /** @type {JamPlayer | null} */ (document.getElementById("player"));
  }

  #look() {
    const programme = this.#player?.programme;
    const playing = programme?.item?.track.id ?? null;
    if (!this.dataset.track && playing !== this.#track) this.#follow(playing);
    const isOn = playing !== null && playing === this.#track;
    this.#mark(isOn && programme ? lineAt(this.#lines, programme.second) : -1);
  }

  /** @param {string | null} track */
  async #follow(track) {
    this.#track = track;
    this.#show([]);
    if (!track) return;
    const found = await lyricsOf(track);
    if (this.#track === track) this.#show(found);
  }

  /** @param {Line[]} lines */
  #show(lines) {
    this.#lines = lines;
    this.#at = -1;
    this.hidden = lines.length === 0;
    this.querySelector("ol")?.replaceWith(listOf(lines));
  }

  /** @param {number} at */
  #mark(at) {
    if (at === this.#at) return;
    this.#at = at;
    const rows = this.querySelectorAll("li");
    for (const [number, line] of rows.entries()) {
      if (number === at) line.setAttribute("aria-current", "true");
      else line.removeAttribute("aria-current");
    }
    const line = rows[at];
    const list = line?.parentElement;
    if (!list || Date.now() - this.#touched < HANDS_OFF) return;
    // The list alone scrolls: the page stays where its reader is.
    const top = line.offsetTop - list.offsetTop - (list.clientHeight - line.clientHeight) / 2;
    list.scrollTo({ top, behavior: calm.matches ? "instant" : "smooth" });
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const line = /** @type {Element} */ (event.target).closest("li");
    const player = this.#player;
    const at = /** @type {HTMLElement | null} */ (line)?.dataset.at;
    if (!at || !player || player.programme?.item?.track.id !== this.#track) return;
    this.#touched = 0;
    player.seek(Number(at));
  }
}

/** The lines, as the server writes them on a track's page. @param {Line[]} lines */
export function listOf(lines) {
  const list = document.createElement("ol");
  list.className = "lyrics";
  list.setAttribute("role", "list");
  list.append(...lines.map(row));
  return list;
}

/** @param {Line} line */
function row({ at, text }) {
  const item = document.createElement("li");
  if (at === null) {
    item.textContent = text || "\u00a0";
    return item;
  }
  item.dataset.at = String(at);
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text || "♪";
  if (!text) button.setAttribute("aria-label", say("no_words"));
  item.append(button);
  return item;
}

/** From a copy on this device, which follows the server's; else from the server. @param {string} track */
async function lyricsOf(track) {
  // A browser that keeps nothing has none of it here.
  const here = await lyricsHere(track).catch(() => []);
  if (here.length) return here;
  try {
    return /** @type {Line[]} */ ((await call("GET", `tracks/${track}/lyrics`)).lines);
  } catch (error) {
    const none = [Unreachable, SignedOut, Refused].some((kind) => error instanceof kind);
    if (none) return []; // the song plays without its words
    throw error;
  }
}

/** <text-from-file>: a file that is chosen fills the field beside it. */
class TextFromFile extends HTMLElement {
  connectedCallback() {
    const input = /** @type {HTMLInputElement} */ (this.querySelector("input[type=file]"));
    const field = /** @type {HTMLTextAreaElement} */ (this.querySelector("textarea"));
    this.toggleAttribute("data-ready", true);
    input.addEventListener("change", async () => {
      const file = input.files?.[0];
      if (file) field.value = await file.text();
    });
  }
}

customElements.define("timed-lyrics", TimedLyrics);
customElements.define("text-from-file", TextFromFile);
