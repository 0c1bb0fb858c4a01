// <upload-line>: how far the uploads are, while one is on another page of the app.

import { toast } from "../pages/toast-line.js";
import { address, withinApp } from "../site.js";
import { say, sayCount } from "../words.js";
import { total } from "./upload-states.js";
import { uploads } from "./uploads.js";

class UploadLine extends HTMLElement {
  connectedCallback() {
    uploads.addEventListener("change", this.#show);
    uploads.addEventListener("done", this.#done);
    document.addEventListener("htmx:after:swap", this.#show);
    document.addEventListener("htmx:after:history:push", this.#show);
  }

  disconnectedCallback() {
    uploads.removeEventListener("change", this.#show);
    uploads.removeEventListener("done", this.#done);
    document.removeEventListener("htmx:after:swap", this.#show);
    document.removeEventListener("htmx:after:history:push", this.#show);
  }

  #show = () => {
    const sum = total(uploads.entries);
    this.hidden = !sum.atWork || isLibrary();
    if (this.hidden) return;
    const key = uploads.paused ? "paused_line" : sum.broken ? "broken_line" : "line";
    const words = say(`uploads.${key}`, { over: sum.over, files: sum.files });
    const text = /** @type {HTMLElement} */ (this.querySelector("[data-field=says]"));
    if (text.textContent !== words) text.textContent = words;
    const progress = /** @type {HTMLProgressElement} */ (this.querySelector("progress"));
    progress.value = sum.bytes ? sum.sent / sum.bytes : 0;
  };

  #done = () => {
    if (isLibrary()) return;
    const { added, refused } = total(uploads.entries);
    const text = refused
      ? sayCount("uploads.done_refused", refused)
      : sayCount("uploads.done", added);
    toast(text, { label: say("show"), act: () => location.assign(address("library")) });
  };
}

function isLibrary() {
  return withinApp(location.pathname) === "library";
}

customElements.define("upload-line", UploadLine);
