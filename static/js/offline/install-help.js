// <install-help>: what is missing here for installing the app, and the browser's own offer to do it.

/** @type {any} */
let offer = null;
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event;
  dispatchEvent(new CustomEvent("jam:installable"));
});

class InstallHelp extends HTMLElement {
  connectedCallback() {
    const template = /** @type {HTMLTemplateElement} */ (this.querySelector("template"));
    const words = JSON.parse(template.dataset.words ?? "{}");
    const missing = [
      !isSecureContext && words.https,
      isSecureContext && !("serviceWorker" in navigator) && words.worker,
      !("indexedDB" in globalThis) && words.storage,
    ].filter(Boolean);
    const list = this.querySelector("[data-field=missing]");
    list?.replaceChildren(
      ...(missing.length ? missing : [words.ready]).map((text) => {
        const item = document.createElement("li");
        item.textContent = text;
        return item;
      }),
    );
    addEventListener("jam:installable", () => this.#showButton());
    this.#showButton();
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
