// <copy-text>: a text in a field, and a button that copies it. Without scripts, and where the browser lets
// no page copy (plain HTTP), the text is selected, to be copied by hand.

import { say } from "../words.js";

class CopyText extends HTMLElement {
  connectedCallback() {
    this.#button.hidden = false;
    this.#button.addEventListener("click", this.#copy);
    this.#field.addEventListener("focus", this.#select);
  }

  disconnectedCallback() {
    this.#button.removeEventListener("click", this.#copy);
    this.#field.removeEventListener("focus", this.#select);
  }

  get #field() {
    return /** @type {HTMLInputElement} */ (this.querySelector("input"));
  }

  get #button() {
    return /** @type {HTMLButtonElement} */ (this.querySelector("button"));
  }

  #select = () => this.#field.select();

  #copy = async () => {
    let text = say("copied");
    try {
      await navigator.clipboard.writeText(this.#field.value);
    } catch {
      this.#field.focus();
      text = say("copy_by_hand");
    }
    dispatchEvent(new CustomEvent("jam:toast", { detail: { text } }));
  };
}

customElements.define("copy-text", CopyText);
