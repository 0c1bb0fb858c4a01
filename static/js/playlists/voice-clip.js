// <voice-clip>: records with the microphone of this device into the file field that it holds, so that the
// form around it sends it like any other file.

import { clock, say } from "../words.js";

// The first that the browser can make.
const KINDS = [
  ["audio/webm;codecs=opus", "webm"],
  ["audio/mp4", "m4a"],
  ["audio/ogg;codecs=opus", "ogg"],
];
const LONGEST = 600; // seconds

class VoiceClip extends HTMLElement {
  /** @type {MediaRecorder | null} */
  #recorder = null;
  #began = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** @type {AbortController | undefined} */
  #listeners;
  #heard = "";

  connectedCallback() {
    this.#listeners = new AbortController();
    const options = { signal: this.#listeners.signal };
    this.button.hidden = !("MediaRecorder" in globalThis && navigator.mediaDevices);
    this.button.addEventListener("click", () => this.#toggle(), options);
    this.file.addEventListener("change", () => this.#show(), options);
  }

  disconnectedCallback() {
    this.#listeners?.abort();
    if (this.#recorder?.state === "recording") this.#recorder.stop();
    clearInterval(this.#timer);
    URL.revokeObjectURL(this.#heard);
  }

  get button() {
    return /** @type {HTMLButtonElement} */ (this.querySelector("[data-act=record]"));
  }

  get file() {
    return /** @type {HTMLInputElement} */ (this.querySelector("input[type=file]"));
  }

  /** @param {string} name */
  #field(name) {
    return /** @type {HTMLElement} */ (this.querySelector(`[data-field=${name}]`));
  }

  async #toggle() {
    if (this.#recorder?.state === "recording") {
      this.#recorder.stop();
      return;
    }
    const kind = KINDS.find(([type]) => MediaRecorder.isTypeSupported(type));
    if (!kind) {
      this.#field("says").textContent = say("cannot_record");
      return;
    }
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      const isRefused = error instanceof DOMException && error.name === "NotAllowedError";
      this.#field("says").textContent = say(isRefused ? "microphone_refused" : "no_microphone");
      return;
    }
    this.#field("says").textContent = "";
    /** @type {Blob[]} */
    const parts = [];
    this.#recorder = new MediaRecorder(stream, { mimeType: kind[0] });
    this.#recorder.ondataavailable = ({ data }) => data.size && parts.push(data);
    this.#recorder.onstop = () => {
      for (const track of stream.getTracks()) track.stop();
      this.#stopped(new File(parts, `clip.${kind[1]}`, { type: kind[0] }));
    };
    this.#recorder.start(1000);
    this.#began = Date.now();
    this.#label(true);
    this.#tick();
    this.#timer = setInterval(() => this.#tick(), 500);
  }

  #tick() {
    const seconds = (Date.now() - this.#began) / 1000;
    this.#field("time").textContent = clock(seconds);
    if (seconds > LONGEST) this.#recorder?.stop();
  }

  /** @param {File} clip */
  #stopped(clip) {
    clearInterval(this.#timer);
    const files = new DataTransfer();
    files.items.add(clip);
    this.file.files = files.files;
    this.#label(false);
    this.#show();
  }

  /** What stands in the field can be heard before it is sent. */
  #show() {
    const audio = /** @type {HTMLAudioElement} */ (this.querySelector("audio"));
    URL.revokeObjectURL(this.#heard);
    const [clip] = this.file.files ?? [];
    audio.hidden = !clip;
    this.#heard = clip ? URL.createObjectURL(clip) : "";
    if (clip) audio.src = this.#heard;
    else audio.removeAttribute("src");
    this.#field("time").textContent = "";
  }

  /** @param {boolean} isRecording */
  #label(isRecording) {
    this.button.dataset.icon = isRecording ? "square" : "mic";
    this.button.textContent = say(isRecording ? "stop_recording" : "record");
  }
}

customElements.define("voice-clip", VoiceClip);
