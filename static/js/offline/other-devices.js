// <other-devices>: what this person's other devices hold. The server writes all of them; the one that this
// runs on is left out, as only it knows that it is the one. When a device changes the region comes anew.

import { myChannel } from "../live/me.js";
import { deviceId } from "./database.js";

const SOON = 400; // milliseconds: a device that comes back tells several things

class OtherDevices extends HTMLElement {
  /** @type {AbortController | null} */
  #listeners = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #planned;

  connectedCallback() {
    this.#listeners = new AbortController();
    const options = { signal: this.#listeners.signal };
    /** @param {string} type @param {(detail: any) => void} act */
    const on = (type, act) =>
      document.addEventListener(
        type,
        (event) => act(/** @type {CustomEvent} */ (event).detail),
        options,
      );
    on("jam:me", ({ type }) => type === "device.changed" && this.#plan());
    on("jam:me-resync", ({ seq }) => this.#missedUpTo(seq));
    on("htmx:after:swap", () => this.#leaveOutThis());
    this.#missedUpTo(myChannel()?.since ?? 0);
    this.#leaveOutThis();
  }

  disconnectedCallback() {
    this.#listeners?.abort();
    clearTimeout(this.#planned);
  }

  /** @param {number | undefined} seq undefined: it is not known what was missed */
  #missedUpTo(seq) {
    if (seq === undefined || seq > Number(this.dataset.seq)) this.#plan();
  }

  #plan() {
    clearTimeout(this.#planned);
    this.#planned = setTimeout(() => this.#fetch(), SOON);
  }

  async #fetch() {
    await /** @type {any} */ (globalThis).htmx.ajax("GET", this.dataset.address, {
      source: this,
      target: "#devices",
      swap: "outerMorph",
      push: "false",
    });
  }

  async #leaveOutThis() {
    const mine = await deviceId().catch(() => ""); // without IndexedDB it is none
    let others = 0;
    for (const row of this.querySelectorAll("[data-device]")) {
      /** @type {HTMLElement} */ (row).hidden = row.getAttribute("data-device") === mine;
      others += Number(row.getAttribute("data-device") !== mine);
    }
    this.hidden = !others;
  }
}

customElements.define("other-devices", OtherDevices);
