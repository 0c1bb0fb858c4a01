// <log-out>: before somebody logs out it says what was not sent and what is kept here, and asks what is
// to become of it.

import { reachable } from "../api.js";
import { sendListens } from "../player/listens.js";
import { address, personOnPage } from "../site.js";
import { megabytes, say, sayCount } from "../words.js";
import { person } from "./database.js";
import { belongings, logOut } from "./leaving.js";
import { drain, queue } from "./outbox.js";
import { askWorkerToSend } from "./sending.js";

class LogOut extends HTMLElement {
  /** What the sheet shows. @type {HTMLElement} */
  #content = this;

  connectedCallback() {
    this.addEventListener("submit", this.#submitted);
  }

  disconnectedCallback() {
    this.removeEventListener("submit", this.#submitted);
  }

  /** @param {Event} event */
  #submitted = async (event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    try {
      const me = personOnPage() ?? (await person());
      if (me) await this.#ask(me.id);
      else form.submit();
    } catch {
      form.submit(); // nothing can be kept here: then there is nothing to ask
    }
  };

  /** @param {string} name @returns {HTMLElement} */
  #field(name) {
    return /** @type {HTMLElement} */ (this.#content.querySelector(`[data-field=${name}]`));
  }

  /** @param {string} id whose log-out it is */
  async #ask(id) {
    const has = await belongings(id);
    if (!has.copies && !has.bytes && !has.unsent && !has.listens) {
      await this.#leave(id, false);
      return;
    }
    const template = /** @type {HTMLTemplateElement} */ (this.querySelector("template"));
    const content = /** @type {HTMLElement} */ (
      template.content.firstElementChild?.cloneNode(true)
    );
    this.#content = content;
    this.#show(has);
    /** @type {Record<string, () => Promise<void>>} */
    const acts = {
      send: () => this.#send(id),
      keep: () => this.#leave(id, false),
      remove: () => this.#leave(id, true),
    };
    content.addEventListener("click", ({ target }) => {
      const button = /** @type {Element} */ (target).closest("[data-act]");
      const act = button instanceof HTMLElement && acts[button.dataset.act ?? ""];
      if (act) act().catch(() => this.#say("problem"));
    });
    const from = this.querySelector("button");
    document.dispatchEvent(new CustomEvent("jam:sheet", { detail: { content, from } }));
    if (!(await reachable())) {
      this.#field("away").hidden = false;
      this.#button("send").hidden = true;
    }
  }

  /** @param {string} act @returns {HTMLButtonElement} */
  #button(act) {
    return /** @type {HTMLButtonElement} */ (this.#content.querySelector(`[data-act=${act}]`));
  }

  /** @param {string} key @param {Record<string, string>} [values] */
  #say(key, values) {
    this.#field("says").textContent = say(key, values);
    for (const button of this.#content.querySelectorAll("button")) button.disabled = false;
  }

  /** @param {Awaited<ReturnType<typeof belongings>>} has */
  #show({ copies, bytes, freed, unsent, listens }) {
    const size = megabytes(bytes);
    const here = copies === 1 ? "leave_copies_one" : copies ? "leave_copies" : "leave_audio";
    this.#field("here").textContent = bytes
      ? say(here, { count: copies, size })
      : say("leave_nothing");
    const waits = unsent ? sayCount("leave_unsent", unsent) : say("leave_listens");
    this.#field("unsent").hidden = !unsent && !listens;
    this.#field("waits").textContent = waits;
    const frees = say(freed < bytes ? "leave_shared" : "leave_frees", { size: megabytes(freed) });
    const loses = unsent || listens ? ` ${say("leave_loses")}` : "";
    this.#field("frees").textContent = frees + loses;
  }

  /** @param {string} id */
  async #send(id) {
    this.#button("send").disabled = true;
    const outcome = await drain();
    const isSent = outcome === "empty" && (await sendListens());
    this.#show(await belongings(id));
    this.#say(isSent ? ((await queue()).length ? "leave_failed" : "leave_sent") : "leave_not_sent");
  }

  /** @param {string} id @param {boolean} removes */
  async #leave(id, removes) {
    for (const button of this.#content.querySelectorAll("button")) button.disabled = true;
    document.querySelector("audio")?.pause();
    if (removes) this.#field("says").textContent = say("leave_removing");
    const { isToldToServer, isGone } = await logOut(id, { removes });
    if (!isToldToServer) await askWorkerToSend();
    if (removes && !isGone) {
      this.#say("leave_kept_some");
      return;
    }
    location.replace(address(isToldToServer ? "login" : ""));
  }
}

customElements.define("log-out", LogOut);
