// <missing-abilities>: a strip that says what this browser can't do here, and why; nothing where it can.

import { say } from "../words.js";
import { missing } from "./abilities.js";

class MissingAbilities extends HTMLElement {
  connectedCallback() {
    this.hidden = true;
    missing().then((found) => this.#show(found));
  }

  /** @param {import("./abilities.js").Missing[]} found */
  #show(found) {
    this.hidden = found.length === 0;
    this.replaceChildren(
      ...found.map((what) => {
        const line = document.createElement("p");
        line.className = "strip";
        line.dataset.icon = "circle-alert";
        line.textContent = say(`missing.${what}`);
        return line;
      }),
    );
  }
}

customElements.define("missing-abilities", MissingAbilities);
