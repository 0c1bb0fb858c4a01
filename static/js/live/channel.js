// The live channel: one socket that follows one room, and comes back by itself.
//
// What can be wrong with a socket: it is closed and says so; it is dead and says nothing, after a
// phone slept; it is refused, because access was lost. The first two are mended here, for the third
// who listens is told.

import { whatIsWrong } from "../api.js";
import { address } from "../site.js";

const FIRST_WAIT = 500; // milliseconds; doubled with each failure
const LONGEST_WAIT = 15_000;
const PING_EVERY = 25_000;
const ANSWER_WITHIN = 4_000;
const NOT_ALLOWED = 1008;

/** @typedef {import("../playlists/shapes.js").Happening} Happening */
/** @typedef {"live" | "reconnecting" | import("../api.js").Wrong} State */

/**
 * Fires `event` (committed, detail: Happening), `passing` (detail: Happening), `resync`, `refused`,
 * and `state` (detail: State).
 */
export class Channel extends EventTarget {
  /** @type {WebSocket | null} */
  #socket = null;
  #failures = 0;
  #closed = false;
  #heard = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #redial;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #dead;
  #heartbeat = setInterval(() => this.#ping(), PING_EVERY);

  /**
   * @param {string} path below the app's root: "ws/playlists/…"
   * @param {{since?: number | null, epoch?: string | null, device?: string}} [from]
   */
  constructor(path, { since = null, epoch = null, device = "" } = {}) {
    super();
    this.path = path;
    /** The last committed event that was passed on. @type {number | null} */
    this.since = since;
    this.epoch = epoch;
    this.device = device;
    /** @type {State} */
    this.state = "reconnecting";
    /** Server's clock minus ours, milliseconds: for the second that the room is at. */
    this.clockOffset = 0;
    for (const [target, type] of WAKERS) target.addEventListener(type, this.#wake);
    globalThis.addEventListener("offline", this.#lost);
    this.#dial();
  }

  close() {
    this.#closed = true;
    clearInterval(this.#heartbeat);
    clearTimeout(this.#redial);
    clearTimeout(this.#dead);
    for (const [target, type] of WAKERS) target.removeEventListener(type, this.#wake);
    globalThis.removeEventListener("offline", this.#lost);
    this.#socket?.close();
  }

  /** Don't wait for the next attempt: there is reason to think that it will do. */
  dial() {
    if (!this.#socket) this.#dial();
  }

  #dial() {
    if (this.#closed) return;
    clearTimeout(this.#redial);
    const url = new URL(address(this.path), location.href);
    url.protocol = url.protocol.replace("http", "ws");
    if (this.since !== null) url.searchParams.set("since", String(this.since));
    if (this.epoch) url.searchParams.set("epoch", this.epoch);
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = ({ code }) => {
      if (this.#socket === socket) this.#hungUp(code);
    };
  }

  /** @param {number} code */
  #hungUp(code) {
    this.#socket = null;
    clearTimeout(this.#dead);
    if (this.#closed) return;
    if (code === NOT_ALLOWED || this.#failures === 2) {
      // Closed for lack of access, or the handshake fails again and again: who listens finds out.
      this.dispatchEvent(new CustomEvent("refused"));
    }
    if (!navigator.onLine) this.#setState("offline");
    else if (code === NOT_ALLOWED || this.#failures >= 2) this.#findOut();
    else this.#setState("reconnecting");
    const wait = Math.min(FIRST_WAIT * 2 ** this.#failures, LONGEST_WAIT);
    this.#failures += 1;
    // All clients of a server that restarts come back at different moments.
    this.#redial = setTimeout(() => this.#dial(), wait * (0.7 + Math.random() * 0.6));
  }

  /** A socket that is refused says nothing of why. Where the server answers, and not for lack of a
   * log-in, it goes on trying. */
  async #findOut() {
    const wrong = await whatIsWrong();
    if (!this.#closed && !this.#isOpen) this.#setState(wrong ?? "reconnecting");
  }

  get #isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** A sign that the network may be back: don't wait for the next attempt, and don't trust a socket
   * that merely says it is open. */
  #wake = () => {
    if (document.visibilityState === "hidden" || this.#closed) return;
    if (!this.#socket) this.#dial();
    else this.#ping();
  };

  #lost = () => {
    this.#setState("offline");
  };

  #ping() {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) return;
    this.#send("ping", { ts: Date.now() });
    clearTimeout(this.#dead);
    const asked = performance.now();
    this.#dead = setTimeout(() => {
      if (this.#socket !== socket || this.#heard > asked) return;
      socket.onclose = null; // a dead socket takes minutes to close
      socket.close();
      this.#hungUp(0);
    }, ANSWER_WITHIN);
  }

  /** @param {string} type @param {object} payload */
  #send(type, payload) {
    this.#socket?.send(JSON.stringify({ type, payload }));
  }

  /** @param {any} frame */
  #receive(frame) {
    this.#heard = performance.now();
    if (frame.type === "batch") {
      for (const event of frame.events) this.#committed(event);
    } else if (frame.seq !== undefined) {
      this.#committed(frame);
    } else if (frame.type === "connection.established") {
      this.#established(frame);
    } else if (frame.type === "resync") {
      this.since = null;
      this.dispatchEvent(new CustomEvent("resync"));
    } else {
      if (frame.type === "pong") {
        const sent = frame.payload.ts;
        this.clockOffset = Date.parse(frame.payload.server_time) - (sent + Date.now()) / 2;
        this.#setState("live");
      }
      this.dispatchEvent(new CustomEvent("passing", { detail: frame }));
    }
  }

  /** @param {Happening} frame */
  #established(frame) {
    this.#failures = 0;
    const { epoch, server_time } = frame.payload;
    this.clockOffset = Date.parse(server_time) - Date.now();
    const isOther = this.epoch !== null && this.epoch !== epoch;
    this.epoch = epoch;
    this.#setState("live");
    if (this.device) this.#send("here", { device: this.device });
    this.dispatchEvent(new CustomEvent("passing", { detail: frame }));
    // The server tells by itself where it can't go on from; a history of another name is ours to see.
    if (isOther) this.dispatchEvent(new CustomEvent("resync"));
  }

  /** @param {Happening} event */
  #committed(event) {
    if (this.since !== null && (event.seq ?? 0) <= this.since) return;
    this.since = event.seq ?? this.since;
    this.dispatchEvent(new CustomEvent("event", { detail: event }));
  }

  /** @param {State} state */
  #setState(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }
}

/** @type {[EventTarget, string][]} */
const WAKERS = globalThis.document
  ? [
      [document, "visibilitychange"],
      [globalThis, "pageshow"],
      [globalThis, "online"],
    ]
  : [];
