// <kept-links>: links that were shared without network, with the way to look at them now.
// <seen-link>: stands on a page that looks at a link; it waits no longer.

import { address } from "../site.js";
import { forgetLink, sharedLinks } from "./shared-links.js";

class KeptLinks extends HTMLElement {
  /** @type {BroadcastChannel | null} */
  #news = null;

  connectedCallback() {
    this.#news = new BroadcastChannel("jamboree");
    this.#news.onmessage = ({ data }) => {
      if (data.kind === "links") this.show();
    };
    this.show();
  }

  disconnectedCallback() {
    this.#news?.close();
  }

  async show() {
    const links = await sharedLinks().catch(() => []);
    this.querySelector("ul")?.replaceChildren(...links.map((link) => this.#row(link)));
    /** @type {HTMLElement} */ (this.querySelector("section")).hidden = links.length === 0;
    /** @type {any} */ (globalThis).htmx?.process(this);
  }

  /** @param {string} link */
  #row(link) {
    const template = /** @type {HTMLTemplateElement} */ (this.querySelector("template"));
    const row = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
    /** @type {HTMLElement} */ (row.querySelector(".title")).textContent = link;
    const look = /** @type {HTMLAnchorElement} */ (row.querySelector("a"));
    look.href = `${address("imports/new")}?url=${encodeURIComponent(link)}`;
    row.querySelector("button")?.addEventListener("click", async () => {
      await forgetLink(link);
      this.show();
    });
    return row;
  }
}

class SeenLink extends HTMLElement {
  connectedCallback() {
    forgetLink(this.dataset.url ?? "").catch(() => {}); // no database in a private window: none kept
  }
}

customElements.define("kept-links", KeptLinks);
customElements.define("seen-link", SeenLink);
