// <sound-recorder>: records with the microphone of this device, and sends it to the library, with where
// it was recorded if one says so. What was recorded stays until it was sent.

import { address } from "../site.js";
import { clock, say } from "../words.js";

// The first that the browser can make. All can be played where they were recorded.
const KINDS = [
  ["audio/webm;codecs=opus", "webm"],
  ["audio/mp4", "m4a"],
  ["audio/ogg;codecs=opus", "ogg"],
];
const PATIENCE = 20_000; // milliseconds that a place may take to be found

class SoundRecorder extends HTMLElement {
  /** @type {MediaRecorder | null} */
  #recorder = null;
  /** @type {Blob[]} */
  #parts = [];
  #extension = "";
  #began = 0;
  /** The same recording, sent again, is one. */
  #key = "";
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** @type {AbortController | undefined} */
  #listeners;

  connectedCallback() {
    const canRecord = "MediaRecorder" in globalThis && navigator.mediaDevices;
    this.hidden = !canRecord;
    if (!canRecord) return;
    this.#listeners = new AbortController();
    const options = { signal: this.#listeners.signal };
    this.#find("[data-act=record]").addEventListener("click", () => this.#toggle(), options);
    this.#find("[data-act=drop]").addEventListener("click", () => this.#reset(), options);
    this.#find("form").addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        this.#send();
      },
      options,
    );
  }

  disconnectedCallback() {
    this.#listeners?.abort();
    this.#recorder?.stop();
    clearInterval(this.#timer);
  }

  /** @param {string} selector @returns {HTMLElement} */
  #find(selector) {
    return /** @type {HTMLElement} */ (this.querySelector(selector));
  }

  /** @param {string} name @returns {HTMLInputElement} */
  #field(name) {
    return /** @type {HTMLInputElement} */ (this.querySelector(`[name=${name}]`));
  }

  async #toggle() {
    if (this.#recorder?.state === "recording") {
      this.#recorder.stop();
      return;
    }
    this.#reset();
    const kind = KINDS.find(([type]) => MediaRecorder.isTypeSupported(type));
    if (!kind) {
      this.#say(say("cannot_record"));
      return;
    }
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      const isRefused = error instanceof DOMException && error.name === "NotAllowedError";
      this.#say(say(isRefused ? "microphone_refused" : "no_microphone"));
      return;
    }
    this.#extension = kind[1];
    this.#recorder = new MediaRecorder(stream, { mimeType: kind[0] });
    this.#recorder.ondataavailable = ({ data }) => data.size && this.#parts.push(data);
    this.#recorder.onstop = () => {
      for (const track of stream.getTracks()) track.stop();
      this.#stopped();
    };
    this.#recorder.start(1000);
    this.#began = Date.now();
    this.#show("recording");
    this.#tick();
    this.#timer = setInterval(() => this.#tick(), 500);
  }

  #tick() {
    this.#find("[data-field=time]").textContent = clock((Date.now() - this.#began) / 1000);
  }

  #stopped() {
    clearInterval(this.#timer);
    this.#key = crypto.randomUUID();
    const when = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
    this.#field("title").value = say("recording_of", { time: when.format(this.#began) });
    this.#show("recorded");
  }

  async #send() {
    this.#say(say("sending"));
    const body = new FormData();
    body.append("title", this.#field("title").value);
    if (this.#field("here").checked) {
      try {
        body.append("location", await whereabouts());
      } catch {
        this.#field("here").checked = false;
        this.#say(say("no_place"));
        return;
      }
    }
    body.append("file", new Blob(this.#parts), `recording.${this.#extension}`);
    const token = document.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? "";
    const headers = { "X-CSRF-Token": token, "Idempotency-Key": this.#key };
    try {
      const answer = await fetch(address("api/v1/tracks"), { method: "POST", headers, body });
      const track = await answer.json();
      if (!answer.ok) {
        this.#say(track.detail);
        return;
      }
      this.#reset();
      const link = document.createElement("a");
      link.className = "text-link";
      link.href = address(`library/${track.id}`);
      link.textContent = track.title;
      this.#find("[data-field=says]").replaceChildren(link);
    } catch {
      this.#say(say("unreachable"));
    }
  }

  #reset() {
    this.#parts = [];
    this.#recorder = null;
    this.#show("");
    this.#say("");
    this.#find("[data-field=time]").textContent = "";
  }

  /** @param {"" | "recording" | "recorded"} state */
  #show(state) {
    this.dataset.state = state;
    this.#find("form").hidden = state !== "recorded";
    const button = this.#find("[data-act=record]");
    button.hidden = state === "recorded";
    button.dataset.icon = state === "recording" ? "square" : "mic";
    button.textContent = say(state === "recording" ? "stop_recording" : "record");
  }

  /** @param {string} text */
  #say(text) {
    this.#find("[data-field=says]").textContent = text;
  }
}

/** Where this device is, as a geo address (RFC 5870), with how far off that may be in metres. */
function whereabouts() {
  return new Promise((found, failed) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords: { latitude, longitude, accuracy } }) =>
        found(`geo:${latitude.toFixed(7)},${longitude.toFixed(7)};u=${Math.ceil(accuracy)}`),
      failed,
      { enableHighAccuracy: true, timeout: PATIENCE },
    );
  });
}

customElements.define("sound-recorder", SoundRecorder);
