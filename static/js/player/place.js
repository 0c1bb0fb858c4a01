// Where one is in what one listens to: noted on this device, and told to the server, so that another device
// can go on; and what another device, or this one before, left there.

import { call, Refused, SignedOut, Unreachable } from "../api.js";
import { place as lastHere, notePlace } from "../offline/heard.js";
import { personOnPage } from "../site.js";

/** @typedef {import("./jam-player.js").JamPlayer} JamPlayer */
/** @typedef {import("../offline/heard.js").Place} PlaceHere */

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
    player.sound.addEventListener("playing", () => {
      if (player.sound.isPaused) this.tell();
      else note(this.#here());
    });
    addEventListener("pagehide", () => this.tell({ isLeaving: true }));
    document.addEventListener("jam:back", () => this.tell());
  }

  /** Note it here, and tell the server, if there is anything to tell. */
  async tell({ isLeaving = false } = {}) {
    const { device, deviceName, sound } = this.player;
    const here = this.#here();
    if (!here) return;
    const isOver = sound.audio.ended && !here.queue.length;
    const body = bodyOf(here, isOver);
    const said = JSON.stringify({ ...body, second: Math.round(body.second) });
    if (said === this.#told || !device) return;
    this.#told = said;
    this.#toldAt = performance.now();
    note(isOver ? null : here); // the answer is not waited for: the page may be leaving
    const isTold = await sent({ device, name: deviceName.slice(0, 60), ...body }, isLeaving);
    if (isTold) await note(isOver ? null : { ...here, isTold });
    else this.#told = ""; // no network: the next time tells more
  }

  /** Where one is; undefined where nothing is played here. @returns {PlaceHere | undefined} */
  #here() {
    const { programme, sound } = this.player;
    if (!programme || programme.mode === "watching" || !sound.track) return undefined;
    if ("waitsAt" in programme && programme.waitsAt !== null) return undefined;
    const { playlist } = programme;
    return {
      track: sound.track,
      second: sound.second,
      queue: programme
        .upcoming()
        .slice(0, NEXT_AT_MOST)
        .map(({ track }) => track),
      playlist: playlist && { id: playlist.id, title: playlist.title },
      at: Date.now(),
      isTold: false,
    };
  }
}

/** @param {PlaceHere | null | undefined} place null: it came to its end */
async function note(place) {
  if (place !== undefined) await notePlace(place).catch(() => {}); // without IndexedDB nothing is noted, and nothing needs it
}

/** What the server is told. @param {PlaceHere} place @param {boolean} [isOver] it came to its end */
function bodyOf({ track, second, queue, playlist }, isOver = false) {
  return {
    track: isOver ? null : track.id,
    second: isOver ? 0 : second,
    queue: queue.map(({ id }) => id),
    playlist: playlist?.id ?? null,
  };
}

/** Tell the server; answers whether it knows now. @param {object} body @param {boolean} isLeaving */
async function sent(body, isLeaving) {
  if (!personOnPage()) return false;
  try {
    await call("PUT", "listening", body, { isLeaving });
    return true;
  } catch (error) {
    const isAnswer = [Unreachable, SignedOut, Refused].some((kind) => error instanceof kind);
    if (!isAnswer) throw error;
    return false;
  }
}

/**
 * Where one was last, on whichever device; without network on this one. Null where that is nothing, or
 * nobody knows.
 * @returns {Promise<{track: import("../playlists/shapes.js").Track, second: number,
 *   queue: import("../playlists/shapes.js").Track[],
 *   playlist: {id: string, title: string} | null} | null>}
 */
export async function whereIWas() {
  const here = await lastHere().catch(() => null);
  if (!personOnPage()) return here;
  try {
    const there = await call("GET", "listening");
    // What was heard here without network is later than what the server knows.
    const isLater = here && !here.isTold && (!there || Date.parse(there.at) < here.at);
    return isLater ? here : there;
  } catch {
    return here;
  }
}
