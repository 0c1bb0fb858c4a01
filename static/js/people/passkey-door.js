// <passkey-door>: a form that a passkey fills in, at the log-in and at its second step. What it asks
// for comes from `data-options`; without passkeys in this browser it stays hidden.

import { canUsePasskeys, sign } from "./webauthn.js";

class PasskeyDoor extends HTMLElement {
  connectedCallback() {
    this.hidden = !canUsePasskeys();
    this.addEventListener("submit", this.#submitted);
  }

  disconnectedCallback() {
    this.removeEventListener("submit", this.#submitted);
  }

  #submitted = (/** @type {SubmitEvent} */ event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (this.#input(form, "credential").value) return; // it goes as it is now
    event.preventDefault();
    this.#fill(form);
  };

  /** @param {HTMLFormElement} form */
  async #fill(form) {
    this.#say("");
    try {
      const begun = await this.#begin(form);
      const signed = await sign(begun.options);
      if (begun.ticket) this.#input(form, "ticket").value = begun.ticket;
      this.#input(form, "credential").value = JSON.stringify(signed);
      form.requestSubmit();
    } catch (error) {
      // What browsers raise is in English, and for programmers; most often somebody changed their mind.
      const isTheirs = error instanceof DOMException;
      this.#say((isTheirs ? this.dataset.cancelled : this.dataset.failed) ?? "");
    }
  }

  /** @param {HTMLFormElement} form */
  async #begin(form) {
    const ticket = this.#input(form, "ticket").value;
    const response = await fetch(this.dataset.options ?? "", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(ticket ? { ticket } : {}),
    });
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    return response.json();
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

customElements.define("passkey-door", PasskeyDoor);
