// <upload-box>: uploads files one after the other, each with its progress. Without scripts its form
// sends them all at once.

import { address } from "../site.js";
import { say } from "../words.js";

class UploadBox extends HTMLElement {
  /** @type {File[]} */
  #waiting = [];
  #busy = false;

  connectedCallback() {
    const form = /** @type {HTMLFormElement} */ (this.querySelector("form"));
    const input = /** @type {HTMLInputElement} */ (form.querySelector("input[type=file]"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#take(input.files);
      form.reset();
    });
    form.addEventListener("dragover", (event) => {
      event.preventDefault();
      form.toggleAttribute("data-over", true);
    });
    form.addEventListener("dragleave", () => form.removeAttribute("data-over"));
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      form.removeAttribute("data-over");
      this.#take(event.dataTransfer?.files ?? null);
    });
  }

  /** @param {FileList | null} files */
  #take(files) {
    this.#waiting.push(...(files ?? []));
    this.#next();
  }

  async #next() {
    if (this.#busy) return;
    const file = this.#waiting.shift();
    if (!file) return;
    this.#busy = true;
    const row = this.#row(file.name);
    await this.#send(file, row);
    this.#busy = false;
    this.#next();
  }

  /** @param {string} name */
  #row(name) {
    const template = /** @type {HTMLTemplateElement} */ (this.querySelector("template"));
    const row = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
    /** @type {HTMLElement} */ (row.querySelector(".name")).textContent = name;
    this.querySelector("[data-field=outcomes]")?.prepend(row);
    return row;
  }

  /** Fetch does not say how much was sent; XMLHttpRequest does. @param {File} file @param {HTMLElement} row */
  #send(file, row) {
    const progress = /** @type {HTMLProgressElement} */ (row.querySelector("progress"));
    const body = new FormData();
    body.append("file", file, file.name);
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      request.open("POST", address("api/v1/tracks"));
      request.setRequestHeader("Idempotency-Key", crypto.randomUUID());
      const token = document.querySelector("meta[name=csrf-token]")?.getAttribute("content");
      request.setRequestHeader("X-CSRF-Token", token ?? "");
      request.upload.onprogress = ({ loaded, total }) => {
        progress.value = total ? loaded / total : 0;
      };
      request.onloadend = () => {
        this.#ended(row, request);
        done(undefined);
      };
      request.send(body);
    });
  }

  /** @param {HTMLElement} row @param {XMLHttpRequest} request */
  #ended(row, request) {
    const says = /** @type {HTMLElement} */ (row.querySelector(".says"));
    const icon = /** @type {HTMLElement} */ (row.querySelector("i"));
    row.querySelector("progress")?.remove();
    const answer = request.status ? JSON.parse(request.responseText || "{}") : {};
    if (request.status === 201) {
      icon.dataset.icon = "check";
      const link = document.createElement("a");
      link.className = "text-link";
      link.href = address(`library/${answer.id}`);
      link.textContent = answer.title;
      row.querySelector(".name")?.replaceChildren(link);
      says.textContent = answer.artist;
    } else {
      icon.dataset.icon = "circle-alert";
      says.textContent = request.status ? answer.detail : say("unreachable");
    }
  }
}

customElements.define("upload-box", UploadBox);
