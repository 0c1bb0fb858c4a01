// <passkey-maker>: the form that adds a passkey. The password is asked for before the device is; what
// the device made goes with the form. Without passkeys in this browser it says so instead.

import { call, Refused } from "../api.js";
import { say } from "../words.js";
import { canUsePasskeys, make } from "./webauthn.js";

class PasskeyMaker extends HTMLElement {
  connectedCallback() {
    const can = canUsePasskeys();
    const form = this.querySelector("form");
    const instead = /** @type {HTMLElement | null} */ (this.querySelector("[data-field=instead]"));
    if (form) form.hidden = !can;
    if (instead) instead.hidden = can;
    this.addEventListener("submit", this.#submitted);
  }

  disconnectedCallback() {
    this.removeEventListener("submit", this.#submitted);
  }

  #submitted = (/** @type {SubmitEvent} */ event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (this.#input(form, "credential").value) return; // it goes as it is now
    event.preventDefault();
    event.stopPropagation();
    this.#fill(form);
  };

  /** @param {HTMLFormElement} form */
  async #fill(form) {
    const password = this.#input(form, "password");
    this.#say("");
    try {
      const begun = await call("POST", "users/me/factors/passkeys/options", {
        password: password.value,
      });
      const made = await make(begun.options);
      this.#input(form, "ticket").value = begun.ticket;
      this.#input(form, "credential").value = JSON.stringify(made);
      password.value = ""; // it was asked for, and needs to go nowhere else
      password.required = false;
      form.requestSubmit();
    } catch (error) {
      this.#say(inWords(error));
    }
  }

  /** @param {HTMLFormElement} form @param {string} name */
  #input(form, name) {
    return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
  }

  /** @param {string} text */
  #say(text) {
    const line = this.querySelector("[data-field=says]");
    if (line) line.textContent = text;
  }
}

/** @param {unknown} error */
function inWords(error) {
  if (error instanceof Refused) return error.message;
  if (error instanceof DOMException) {
    return say(error.name === "InvalidStateError" ? "passkey_known" : "passkey_cancelled");
  }
  return say("passkey_failed");
}

customElements.define("passkey-maker", PasskeyMaker);
