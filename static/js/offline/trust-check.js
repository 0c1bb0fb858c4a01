// <trust-check>: over plain HTTP, whether this device trusts the server's authority by now; then it goes
// on by HTTPS. Also on pages without the rest of the app, so it imports nothing.

const EVERY = 3000; // ms: somebody is in the settings of the phone, and comes back

class TrustCheck extends HTMLElement {
  /** @type {AbortController | null} */
  #gone = null;

  connectedCallback() {
    if (location.protocol !== "http:") return;
    this.#gone = new AbortController();
    this.#look(this.#gone.signal);
  }

  disconnectedCallback() {
    this.#gone?.abort();
  }

  /** @param {AbortSignal} signal */
  async #look(signal) {
    while (!signal.aborted) {
      if (document.visibilityState === "visible" && (await this.#isTrusted(signal))) {
        const trusted = /** @type {HTMLElement} */ (this.querySelector("[data-field=trusted]"));
        trusted.hidden = false;
        location.replace(this.dataset.then ?? "/");
        return;
      }
      await new Promise((done) => setTimeout(done, EVERY));
    }
  }

  /** @param {AbortSignal} signal */
  async #isTrusted(signal) {
    try {
      await fetch(this.dataset.test ?? "", { mode: "no-cors", cache: "no-store", signal });
      return true;
    } catch {
      return false; // the handshake failed: not yet
    }
  }
}

customElements.define("trust-check", TrustCheck);
