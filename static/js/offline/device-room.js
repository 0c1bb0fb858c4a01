// <device-room>: what takes the room on this device, how much there may be, what went and why, and how often
// it was worth it.

import { megabytes, say, sayCount } from "../words.js";
import { nearest, stepsUpTo } from "./budget-steps.js";
import { clear, sizes } from "./clearing.js";
import { weeks } from "./counts.js";
import { deviceDatabase, person } from "./database.js";
import { keepWithin } from "./eviction.js";
import { trackOf } from "./kept-tracks.js";
import { logged } from "./log.js";
import { nowAndThen } from "./now-and-then.js";
import { room, setBudget, setEvicts } from "./room.js";
import { savedBySharing } from "./sharing.js";

/** @typedef {import("./clearing.js").Kind} Kind */

const LOG_SHOWN = 30;
const WEEKS_SHOWN = 6;
const SETTLES = 1000; // milliseconds: keys move the slider step by step, and nothing goes on the way

class DeviceRoom extends HTMLElement {
  /** @type {AbortController | null} */
  #listeners = null;
  /** @type {BroadcastChannel | null} */
  #news = null;
  #showSoon = nowAndThen(() => this.isConnected && this.show());
  /** @type {number[]} */
  #steps = [];
  /** What the slider was moved to and is not yet kept within: what is shown meanwhile leaves it alone.
   * @type {ReturnType<typeof setTimeout> | undefined} */
  #moving;

  connectedCallback() {
    this.#listeners = new AbortController();
    const options = { signal: this.#listeners.signal };
    const slider = this.#input("budget");
    slider.addEventListener("input", () => this.#showBudget(), options);
    slider.addEventListener("change", () => this.#chosen(), options);
    this.#input("evicts").addEventListener("change", () => this.#switched(), options);
    this.addEventListener("click", (event) => this.#pressed(event), options);
    this.#news = new BroadcastChannel("jamboree");
    this.#news.onmessage = ({ data }) => {
      if (["copies", "progress", "audio"].includes(data.kind)) this.#showSoon();
    };
    this.show();
  }

  disconnectedCallback() {
    this.#listeners?.abort();
    this.#news?.close();
    clearTimeout(this.#moving); // what is too much goes before something else is kept
  }

  /** @param {string} name @returns {HTMLElement} */
  #field(name) {
    return /** @type {HTMLElement} */ (this.querySelector(`[data-field=${name}]`));
  }

  /** @param {string} name */
  #input(name) {
    return /** @type {HTMLInputElement} */ (this.#field(name));
  }

  /** @param {string} kind @returns {HTMLButtonElement | null} */
  #clears(kind) {
    return this.querySelector(`[data-clear=${kind}]`);
  }

  async show() {
    try {
      await deviceDatabase();
      await Promise.all([
        this.#showRoom(),
        this.#showStorage(),
        this.#showWeeks(),
        this.#showLog(),
      ]);
    } catch (error) {
      console.info("What is on this device can't be read.", error);
      this.#field("says").textContent = say("room_words.unknown");
    }
  }

  async #showRoom() {
    const [now, parts] = await Promise.all([room(), sizes()]);
    const { used, pinned, budget, most, evicts } = now;
    const words = { used: megabytes(used), budget: megabytes(budget) };
    this.#field("says").textContent = say("room", words);
    const shown = { pinned, ...parts };
    const whole = Math.max(budget, used);
    for (const [kind, bytes] of Object.entries(shown)) {
      this.#field(`size-${kind}`).textContent = megabytes(bytes);
      const button = this.#clears(kind);
      if (button) button.disabled = bytes === 0;
    }
    this.#field("bar-pinned").style.inlineSize = `${(100 * pinned) / whole}%`;
    this.#field("bar-kept").style.inlineSize = `${(100 * parts.kept) / whole}%`;
    if (this.#moving === undefined) {
      const slider = this.#input("budget");
      this.#steps = stepsUpTo(most);
      slider.max = String(this.#steps.length - 1);
      slider.value = String(nearest(this.#steps, budget));
      this.#showBudget(budget);
    }
    this.#field("over").hidden = pinned <= budget;
    this.#field("over").textContent = say("room_words.over", { size: megabytes(pinned) });
    this.#input("evicts").checked = evicts;
  }

  /** What the slider stands for. @param {number} [bytes] */
  #showBudget(bytes = this.#steps[Number(this.#input("budget").value)]) {
    this.#field("budget-says").textContent = megabytes(bytes);
    this.#input("budget").setAttribute("aria-valuetext", megabytes(bytes));
  }

  async #chosen() {
    clearTimeout(this.#moving);
    this.#moving = setTimeout(async () => {
      this.#moving = undefined;
      await keepWithin();
      await this.show();
    }, SETTLES);
    await setBudget(this.#steps[Number(this.#input("budget").value)]);
  }

  async #switched() {
    await setEvicts(this.#input("evicts").checked);
    await keepWithin();
    await this.show();
  }

  async #showStorage() {
    const { quota, usage } = await room();
    const sizes = { quota: megabytes(quota), usage: megabytes(usage) };
    const isKnown = Boolean(await navigator.storage?.estimate?.());
    this.#field("quota").textContent = isKnown
      ? say("room_words.quota", sizes)
      : say("room_words.quota_unknown");
    this.#showPersistence(Boolean(await navigator.storage?.persisted?.()));
  }

  /** @param {boolean} isPersistent @param {boolean} [wasAsked] */
  #showPersistence(isPersistent, wasAsked = false) {
    const key = isPersistent ? "persistent" : wasAsked ? "not_granted" : "not_persistent";
    this.#field("persistence").textContent = say(`room_words.${key}`);
    this.#field("persist").hidden = isPersistent || !navigator.storage?.persist;
  }

  /** @param {Event} event */
  async #pressed(event) {
    const button = /** @type {Element} */ (event.target).closest("button");
    if (!button) return;
    if (button.dataset.field === "persist") {
      this.#field("persistence").textContent = say("room_words.asking");
      this.#showPersistence(await navigator.storage.persist(), true);
    } else if (button.dataset.clear) {
      await this.#asks(/** @type {Kind} */ (button.dataset.clear));
    } else if (button.dataset.field === "confirm") {
      this.#field("question").hidden = true;
      await clear(/** @type {Kind} */ (button.value));
      await this.show();
      // The button that asked can't be pressed now; what one reads next is how much there is left.
      this.#field("says").focus();
    } else if (button.dataset.field === "cancel") {
      this.#field("question").hidden = true;
      const { value } = /** @type {HTMLButtonElement} */ (this.#field("confirm"));
      this.#clears(value)?.focus();
    }
  }

  /** @param {Kind} kind */
  async #asks(kind) {
    const size = megabytes((await sizes())[kind]);
    this.#field("question-says").textContent = say(`room_words.clear_${kind}`, { size });
    const confirm = /** @type {HTMLButtonElement} */ (this.#field("confirm"));
    confirm.value = kind;
    this.#field("question").hidden = false;
    confirm.focus();
  }

  async #showWeeks() {
    const [known, shared] = await Promise.all([weeks(), savedBySharing()]);
    this.#field("sharing").textContent = say("room_words.sharing", { size: megabytes(shared) });
    this.#field("no-plays").hidden = known.length > 0;
    this.#field("weeks").hidden = known.length === 0;
    this.#field("week-rows").replaceChildren(
      ...known.slice(0, WEEKS_SHOWN).map(({ week, hits, misses, saved }) => {
        const row = document.createElement("tr");
        const plays = hits + misses;
        const percent = `${Math.round((100 * hits) / (plays || 1))} %`;
        const cells = [week, say("of", { part: hits, whole: plays }), percent, megabytes(saved)];
        row.append(...cells.map((text) => cell(text)));
        return row;
      }),
    );
  }

  async #showLog() {
    const me = await person();
    const rows = await logged(LOG_SHOWN);
    this.#field("no-log").hidden = rows.length > 0;
    const items = rows.map(async (one) => {
      // What another person heard on this device is not named here.
      const isMine = one.sha256 && me && one.people?.includes(me.id);
      const track = isMine ? await trackOf(String(one.sha256)) : undefined;
      const what = track?.title ?? sayCount(`room_words.log_${one.what}`, one.count);
      const item = document.createElement("li");
      const about = { when: new Date(one.at).toLocaleString(), size: megabytes(one.bytes) };
      item.append(line("title", what), line("second", `${say(`room_words.why_${one.why}`)}`));
      item.append(line("second", say("room_words.log_when", about)));
      return item;
    });
    this.#field("log").replaceChildren(...(await Promise.all(items)));
  }
}

/** @param {string} text */
function cell(text) {
  const made = document.createElement("td");
  made.textContent = text;
  return made;
}

/** @param {string} kind @param {string} text */
function line(kind, text) {
  const made = document.createElement("p");
  made.className = kind;
  made.textContent = text;
  return made;
}

customElements.define("device-room", DeviceRoom);
