// <look-wait>: a look at a link is under way; when it is over, its page is shown in this one's place.
// <look-now>: a form that is sent as soon as it is shown; without scripts it is pressed.

import { myChannel } from "../live/me.js";

const ASKS_EVERY = 3000; // milliseconds, for the case that no channel is open

class LookWait extends HTMLElement {
  /** @type {AbortController | null} */
  #listeners = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #asking;

  connectedCallback() {
    this.#listeners = new AbortController();
    const options = { signal: this.#listeners.signal };
    document.addEventListener(
      "jam:me",
      (event) => {
        const { type, payload } = /** @type {CustomEvent} */ (event).detail;
        if (type === "import.looked" && payload.id === this.dataset.look) this.#show();
      },
      options,
    );
    this.#asking = setInterval(() => this.#show(), ASKS_EVERY);
    // It may have been over before this listened.
    if ((myChannel()?.since ?? 0) > Number(this.dataset.seq)) this.#show();
  }

  disconnectedCallback() {
    this.#listeners?.abort();
    clearInterval(this.#asking);
  }

  #show() {
    const isInSheet = this.closest("#sheet") !== null;
    /** @type {any} */ (globalThis).htmx.ajax("GET", this.dataset.address, {
      target: isInSheet ? "#sheet" : "#main",
      select: isInSheet ? "#main > *" : "#main",
      swap: isInSheet ? "innerHTML" : "outerHTML",
      push: "false",
    });
  }
}

class LookNow extends HTMLElement {
  connectedCallback() {
    // Once htmx knows the form: then the answer comes into the sheet, where it stands in one.
    setTimeout(() => {
      const form = this.querySelector("form");
      if (form instanceof HTMLFormElement && this.isConnected) form.requestSubmit();
    });
  }
}

customElements.define("look-wait", LookWait);
customElements.define("look-now", LookNow);
