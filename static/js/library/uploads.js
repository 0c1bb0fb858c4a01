// All uploads of this page: which file is checked, sent, looked at, and what came of it. They go on
// while one moves through the app; <upload-box> and <upload-line> show them.

import { call, Refused, SignedOut, Unreachable } from "../api.js";
import { say } from "../words.js";
import { hashOf, Unreadable } from "./hashing.js";
import { networkIsBack, pause } from "./network.js";
import * as tus from "./tus.js";
import {
  backOff,
  isAtWork,
  isOver,
  isSameFile,
  LEAST,
  MOST,
  next,
  pieceSize,
  total,
} from "./upload-states.js";

/** @typedef {import("./upload-states.js").Entry} Entry */

const TOO_LARGE = 413;
/** Answers of a proxy whose server is away. */
const AWAY = new Set([502, 503, 504]);
/** How long another call may be at work on an upload, before something is wrong. */
const BUSY_PATIENCE = 180_000; // milliseconds

class Uploads extends EventTarget {
  /** @type {Entry[]} */
  entries = [];
  paused = false;
  /** @type {{used_bytes: number, limit_bytes: number | null} | null} */
  storage = null;
  /** How the last piece went, of whichever file. @type {{bytes: number, ms: number} | null} */
  #pace = null;
  #most = MOST;

  /** @param {File[]} files @param {number} limit bytes that a file may have */
  add(files, limit) {
    for (const file of files) {
      this.entries = this.entries.filter((one) => !isSameFile(one, file));
      const entry = this.#entry(file);
      const mb = Math.floor(limit / 1e6);
      if (file.size > limit) this.#refuse(entry, say("uploads.too_large", { mb }));
      else if (!file.size) this.#refuse(entry, say("uploads.empty"));
      if (entry.state === "refused") entry.file = null; // trying again would change nothing
      this.entries.push(entry);
    }
    this.#go();
  }

  /** @param {File | null} file @param {tus.Upload} [upload] @returns {Entry} */
  #entry(file, upload) {
    return {
      key: crypto.randomUUID?.(), // not there over plain HTTP
      name: file?.name ?? upload?.name ?? "",
      size: file?.size ?? upload?.size_bytes ?? 0,
      modified: file?.lastModified ?? upload?.modified ?? 0,
      file,
      state: file ? "waiting" : "left",
      checked: 0,
      sent: upload?.offset ?? 0,
      sha256: upload?.sha256 ?? "",
      upload: upload?.id ?? null,
      track: null,
      reason: "",
      anyway: false,
      since: upload ? Date.parse(upload.changed_at) : 0,
      abort: new AbortController(),
    };
  }

  /** Ask the server what was left unfinished, here or on another device. */
  async ask() {
    const { items, storage } = await tus.unfinished();
    this.storage = storage;
    const known = new Set(this.entries.map(({ upload, sha256 }) => upload ?? sha256));
    this.entries = this.entries.filter(
      ({ state, upload }) => state !== "left" || items.some(({ id }) => id === upload),
    );
    for (const item of items) {
      if (known.has(item.id) || (item.sha256 && this.#sends(item.sha256))) continue;
      this.entries.push(this.#entry(null, item));
    }
    this.#tell();
  }

  /** @param {string} sha256 */
  #sends(sha256) {
    return this.entries.some((entry) => entry.sha256 === sha256 && isAtWork(entry));
  }

  pause() {
    this.paused = true;
    for (const entry of this.entries) {
      // What the server looks at needs nothing of us.
      if (!isAtWork(entry) || entry.state === "looking") continue;
      entry.abort.abort();
      entry.abort = new AbortController();
      // The hash stays true; what was sent is asked for when it goes on.
      entry.state = entry.sha256 ? "ready" : "waiting";
    }
    this.#tell();
  }

  goOn() {
    this.paused = false;
    this.#go();
  }

  /** @param {Entry} entry */
  cancel(entry) {
    entry.abort.abort();
    this.entries = this.entries.filter((one) => one !== entry);
    const { upload } = entry;
    // Without network it stays, and is offered to be gone on with.
    if (upload && !isOver(entry)) tus.cancel(upload).catch(() => {});
    this.#go();
  }

  cancelAll() {
    for (const entry of this.entries.filter(isAtWork)) this.cancel(entry);
    this.paused = false;
    this.#tell();
  }

  /** @param {Entry} entry */
  retry(entry) {
    entry.state = "waiting";
    entry.sha256 = "";
    entry.reason = "";
    this.#go();
  }

  retryRefused() {
    for (const entry of this.entries) {
      if (entry.state === "refused" && entry.file) this.retry(entry);
    }
  }

  /** A second track on audio that is here already. @param {Entry} entry */
  addAnyway(entry) {
    entry.anyway = true;
    entry.state = "ready";
    this.#go();
  }

  /** Take what is over off the list. */
  clear() {
    this.entries = this.entries.filter((entry) => !isOver(entry) && entry.state !== "refused");
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }

  #go() {
    if (!this.paused) {
      const { check, send } = next(this.entries);
      if (check) this.#run(check, "checking", () => this.#check(check));
      for (const entry of send) this.#run(entry, "sending", () => this.#send(entry));
    }
    this.#tell();
  }

  /**
   * One part of an upload's way, again and again until it is through: every step can be repeated.
   * @param {Entry} entry @param {"checking" | "sending"} state @param {() => Promise<void>} act
   */
  async #run(entry, state, act) {
    const { signal } = entry.abort;
    const began = Date.now();
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      entry.state = state;
      this.#tell();
      try {
        await act();
        this.#tell();
        break;
      } catch (error) {
        if (signal.aborted) return;
        if (!(await this.#mend(entry, error, attempt, began))) break;
      }
    }
    if (signal.aborted) return;
    this.#go();
    if (!total(this.entries).atWork) this.dispatchEvent(new Event("done"));
  }

  /**
   * What to do about a step that failed; answers whether it is to be tried again.
   * @param {Entry} entry @param {unknown} error @param {number} attempt @param {number} began
   */
  async #mend(entry, error, attempt, began) {
    const status = error instanceof Refused ? error.status : 0;
    if (error instanceof Unreachable || AWAY.has(status)) {
      entry.state = "broken";
      this.#tell();
      this.#pace = null;
      if (attempt) await pause(backOff(attempt, Math.random())); // reachable, and yet it breaks
      await networkIsBack();
      return true;
    }
    if (error instanceof SignedOut) {
      this.pause();
      dispatchEvent(new CustomEvent("jam:toast", { detail: { text: say("uploads.signed_out") } }));
      return false;
    }
    const passes = [408, 409, 423].includes(status) && Date.now() - began < BUSY_PATIENCE;
    if (passes || (status === 500 && attempt < 3)) {
      await pause(backOff(Math.min(attempt, 2), Math.random()));
      return true;
    }
    if (status === 404 && entry.upload) {
      entry.upload = null; // it was cancelled elsewhere, or left for too long: from the beginning
      return attempt < 3;
    }
    if (status === TOO_LARGE && !(/** @type {Refused} */ (error).problem) && this.#most > LEAST) {
      this.#most = Math.max(LEAST, this.#most / 4); // a proxy's limit, not ours
      return true;
    }
    if (error instanceof Refused) this.#refuse(entry, error.message);
    else if (error instanceof Unreadable) this.#refuse(entry, say("uploads.unreadable"));
    else {
      this.#refuse(entry, say("problem"));
      throw error; // a fault of ours: into the console
    }
    return false;
  }

  /** @param {Entry} entry @param {string} reason */
  #refuse(entry, reason) {
    entry.state = "refused";
    entry.reason = reason;
  }

  /** @param {Entry} entry */
  async #check(entry) {
    const file = /** @type {File} */ (entry.file);
    const progress = (/** @type {number} */ done) => {
      entry.checked = done;
      this.#tell();
    };
    entry.sha256 = await hashOf(file, progress, entry.abort.signal);
    const twin = this.entries.find(
      (one) =>
        one !== entry && one.sha256 === entry.sha256 && !["refused", "left"].includes(one.state),
    );
    this.entries = this.entries.filter(
      (one) => one.state !== "left" || one.sha256 !== entry.sha256,
    );
    entry.state = twin ? "same" : "ready";
    entry.reason = twin?.name ?? "";
  }

  /** @param {Entry} entry */
  async #send(entry) {
    const { signal } = entry.abort;
    if (!entry.upload && (await this.#isKnown(entry))) return;
    signal.throwIfAborted();
    const file = /** @type {File} */ (entry.file);
    const upload = entry.upload
      ? await tus.look(entry.upload)
      : await tus.begin(file, entry.sha256);
    entry.upload = upload.id;
    entry.sent = upload.offset;
    while (entry.sent < entry.size) {
      signal.throwIfAborted();
      await this.#sendPiece(entry, file);
    }
    signal.throwIfAborted();
    entry.state = "looking";
    this.#tell();
    entry.track = await tus.finish(upload.id);
    entry.state = "added";
  }

  /** @param {Entry} entry @param {File} file */
  async #sendPiece(entry, file) {
    const { sent: at, upload, abort } = entry;
    const began = performance.now();
    // Read first: a file that is gone would look like a broken connection.
    const bytes = await file
      .slice(at, at + pieceSize(this.#pace, this.#most))
      .arrayBuffer()
      .catch((error) => {
        throw new Unreadable(String(error));
      });
    const progress = (/** @type {number} */ sent) => {
      entry.sent = at + sent;
      this.#tell();
    };
    entry.sent = await tus.send(String(upload), at, bytes, progress, abort.signal);
    this.#pace = { bytes: bytes.byteLength, ms: performance.now() - began };
    this.#tell();
  }

  /** Whether its bytes need not be sent, as they are here, and this person may hear them.
   * @param {Entry} entry */
  async #isKnown(entry) {
    const { items } = await call("GET", `audio/known?sha256=${entry.sha256}`);
    if (!items.length) return false;
    const [{ track }] = items;
    if (track && !entry.anyway) {
      entry.track = track;
      entry.state = "here";
      return true;
    }
    const title = track ? undefined : entry.name.replace(/\.[^.]*$/, "");
    entry.track = await call("POST", "tracks", { sha256: entry.sha256, title }, { key: entry.key });
    entry.state = "added";
    return true;
  }
}

export const uploads = new Uploads();

// Files are lost with the page: it warns while some are still on their way.
addEventListener("beforeunload", (event) => {
  if (total(uploads.entries).atWork && !uploads.paused) event.preventDefault();
});
