// Where one is in what one listens to, told to the server, so that another device can go on; and what
// another device, or this one before, left there.

import { call } from "../api.js";
import { personOnPage } from "../site.js";

/** @typedef {import("./jam-player.js").JamPlayer} JamPlayer */

const EVERY = 15_000; // milliseconds, while it plays
const NEXT_AT_MOST = 100; // tracks

export class Place {
  #toldAt = 0;
  /** What the server was told last, without the second. */
  #told = "";

  /** @param {JamPlayer} player */
  constructor(player) {
    this.player = player;
    player.sound.addEventListener("time", () => {
      if (performance.now() - this.#toldAt > EVERY && !player.sound.isPaused) this.tell();
    });
    player.sound.addEventListener("playing", () => player.sound.isPaused && this.tell());
    addEventListener("pagehide", () => this.tell({ isLeaving: true }));
  }

  /** Tell the server, if there is anything to tell. */
  async tell({ isLeaving = false } = {}) {
    const { programme, device, deviceName, sound } = this.player;
    const me = personOnPage();
    if (!me || !programme || programme.mode === "watching" || !sound.track) return;
    if ("waitsAt" in programme && programme.waitsAt !== null) return;
    const isOver = sound.audio.ended && !programme.upcoming().length;
    const body = {
      device,
      name: deviceName.slice(0, 60),
      track: isOver ? null : sound.track.id,
      second: isOver ? 0 : sound.second,
      queue: programme
        .upcoming()
        .slice(0, NEXT_AT_MOST)
        .map(({ track }) => track.id),
      playlist: programme.playlist?.id ?? null,
    };
    const said = JSON.stringify({ ...body, second: Math.round(body.second) });
    if (said === this.#told || !device) return;
    this.#told = said;
    this.#toldAt = performance.now();
    try {
      await call("PUT", "listening", body, { isLeaving });
    } catch {
      this.#told = ""; // no network: the next time tells more
    }
  }
}

/**
 * Where one was last, on whichever device; null where that is nothing, or nobody knows.
 * @returns {Promise<{track: import("../playlists/shapes.js").Track, second: number, device: string,
 *   device_name: string, queue: import("../playlists/shapes.js").Track[],
 *   playlist: {id: string, title: string} | null} | null>}
 */
export async function whereIWas() {
  if (!personOnPage()) return null;
  try {
    return await call("GET", "listening");
  } catch {
    return null;
  }
}
