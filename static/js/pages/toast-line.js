// <toast-line>: what was done, or went wrong: one line at a time, with at most one thing to do.

import { call, Refused } from "../api.js";
import { say, sayCount } from "../words.js";
import { follow } from "./going.js";

const STAYS = 5000; // milliseconds

/** @typedef {{label: string, act: () => void}} Action */

class ToastLine extends HTMLElement {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  connectedCallback() {
    addEventListener("jam:toast", this.#told);
  }

  disconnectedCallback() {
    removeEventListener("jam:toast", this.#told);
  }

  #told = (/** @type {Event} */ event) => {
    const { text, action } = /** @type {CustomEvent} */ (event).detail;
    this.show(text, action);
  };

  /** @param {string} text @param {Action} [action] */
  show(text, action) {
    clearTimeout(this.#timer);
    const toast = document.createElement("div");
    toast.className = "toast";
    const words = document.createElement("p");
    words.textContent = text;
    toast.append(words);
    if (action) {
      const button = document.createElement("button");
      button.textContent = action.label;
      button.onclick = () => {
        this.replaceChildren();
        action.act();
      };
      toast.append(button);
    }
    this.replaceChildren(toast);
    this.#timer = setTimeout(() => this.replaceChildren(), action ? STAYS * 2 : STAYS);
  }
}

/** Say something. @param {string} text @param {Action} [action] */
export function toast(text, action) {
  dispatchEvent(new CustomEvent("jam:toast", { detail: { text, action } }));
}

/** Undo a change, and show the page as it is then. @param {string} change its id */
async function takeBack(change) {
  try {
    const { tracks } = await call("POST", `changes/${change}/undo`, {});
    toast(sayCount("undone", tracks));
    const here = { target: "#main", select: "#main", swap: "outerHTML", push: "false" };
    await /** @type {any} */ (globalThis).htmx.ajax("GET", location.href, here);
  } catch (error) {
    toast(error instanceof Refused ? error.message : say("unreachable"));
  }
}

/** <flash-line>: what the server said with a page becomes a toast; without scripts it stays a line. */
class FlashLine extends HTMLElement {
  connectedCallback() {
    const text = this.querySelector("span")?.textContent?.trim() ?? "";
    this.remove();
    if (text) queueMicrotask(() => toast(text, this.#action()));
  }

  /** What can be done about it: what stands beside the words. @returns {Action | undefined} */
  #action() {
    const { undo } = this.dataset;
    if (undo) return { label: say("undo"), act: () => takeBack(undo) };
    const link = this.querySelector("a");
    return link ? { label: link.textContent ?? "", act: () => follow(link) } : undefined;
  }
}

customElements.define("toast-line", ToastLine);
customElements.define("flash-line", FlashLine);
