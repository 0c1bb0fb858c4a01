// <install-help>: what is missing here for installing the app, and the browser's own offer to do it.

import { say } from "../words.js";
import { missing } from "./abilities.js";

/** @type {any} */
let offer = null;
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event;
  dispatchEvent(new CustomEvent("jam:installable"));
});

class InstallHelp extends HTMLElement {
  connectedCallback() {
    this.#list();
    addEventListener("jam:installable", () => this.#showButton());
    this.#showButton();
  }

  async #list() {
    const template = /** @type {HTMLTemplateElement} */ (this.querySelector("template"));
    const texts = (await missing()).map((what) => say(`missing.${what}`));
    const list = this.querySelector("[data-field=missing]");
    list?.replaceChildren(
      ...(texts.length ? texts : [template.dataset.ready ?? ""]).map((text) => {
        const item = document.createElement("li");
        item.textContent = text;
        return item;
      }),
    );
  }

  #showButton() {
    const button = /** @type {HTMLButtonElement} */ (this.querySelector("[data-field=install]"));
    button.hidden = !offer;
    button.onclick = async () => {
      await offer?.prompt();
      offer = null;
      button.hidden = true;
    };
  }
}

customElements.define("install-help", InstallHelp);
