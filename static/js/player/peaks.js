// How loud what is on is from beginning to end: drawn quietly behind the seek bar.

import { call, Refused, SignedOut, Unreachable } from "../api.js";
import { notePeaks, peaks } from "../offline/heard.js";

const BARS = 100; // of the 400 values: more would be a blur at the width of a phone
const HEIGHT = 24; // of the drawing, which is stretched to the bar
const KEPT = 50; // drawings

export class Peaks {
  /** What is drawn by the id of its track. @type {Map<string, string>} */
  #known = new Map();
  #track = "";

  /** @param {SVGElement} drawing with two paths: all, and what has played */
  constructor(drawing) {
    this.drawing = drawing;
  }

  /** Draw a track's; without an answer, or before it was analysed, there is nothing to draw.
   * @param {string} track its id */
  async show(track) {
    if (track === this.#track) return;
    this.#track = track;
    this.#draw(this.#known.get(track) ?? "");
    if (!track || this.#known.has(track)) return;
    const path = await fetched(track);
    if (path) this.#keep(track, path);
    if (track === this.#track) this.#draw(path);
  }

  /** @param {string} track @param {string} path */
  #keep(track, path) {
    this.#known.set(track, path);
    const [oldest] = this.#known.keys();
    if (this.#known.size > KEPT && oldest) this.#known.delete(oldest);
  }

  /** @param {string} path */
  #draw(path) {
    for (const part of this.drawing.querySelectorAll("path")) part.setAttribute("d", path);
  }
}

/** @param {string} track */
async function fetched(track) {
  // Drawn before on this device: at once, and without network too.
  const known = await peaks(track).catch(() => "");
  if (known) return known;
  try {
    const drawing = outline((await call("GET", `tracks/${track}/peaks`)).peaks);
    if (drawing) notePeaks(track, drawing).catch(() => {}); // a browser that keeps nothing
    return drawing;
  } catch (error) {
    const none = [Unreachable, SignedOut, Refused].some((kind) => error instanceof kind);
    if (none) return ""; // the bar is as good without
    throw error;
  }
}

/**
 * A path of bars around the middle, each as high as its part is loud; it fills 0 to 4 BARS by HEIGHT.
 * @param {number[]} loudness 0 to 255
 */
export function outline(loudness) {
  if (!loudness.length) return "";
  const part = loudness.length / BARS;
  let path = "";
  for (let bar = 0; bar < BARS; bar++) {
    const values = loudness.slice(Math.floor(bar * part), Math.floor((bar + 1) * part) || 1);
    const loud = Math.max(0, ...values) / 255;
    const height = Math.max(1, Math.round(loud * HEIGHT * 10) / 10);
    path += `M${4 * bar + 0.7} ${(HEIGHT - height) / 2}h2.6v${height}h-2.6z`;
  }
  return path;
}
