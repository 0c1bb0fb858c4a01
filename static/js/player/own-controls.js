// The controls of listening for oneself: shuffle, repeat, speed, sleep and queue. In a room its list
// decides: there they say so, and offer to listen for oneself.

import { toast } from "../pages/toast-line.js";
import { clock, say } from "../words.js";
import { remember } from "./habits.js";
import { OwnProgramme } from "./own-programme.js";
import { RoomProgramme } from "./room-programme.js";

/** @typedef {import("./jam-player.js").JamPlayer} JamPlayer */

/** @type {import("./queue.js").Repeat[]} */
const REPEATS = ["off", "all", "one"];

/** @param {JamPlayer} player */
export function connectOwn(player) {
  const { view, queue, sleep } = player;
  view.$(".shuffle").addEventListener("click", () => alone(player, toggleShuffle));
  view.$(".repeat").addEventListener("click", () => alone(player, nextRepeat));
  view.$(".sleep").addEventListener("click", () => askSleep(player));
  view.$(".speed").addEventListener("click", () => askSpeed(player));
  view.$(".extras .queue").addEventListener("click", () => {
    openSheet(player, ".queue-template", ".extras .queue");
  });
  sleep.addEventListener("change", () => showSleep(player));
  player.addEventListener("jam:coming", () => showOwn(player));
  document.addEventListener("jam:play-tracks", (event) => {
    const { tracks, id } = /** @type {CustomEvent} */ (event).detail;
    player.playTracks(tracks, id);
  });
  document.addEventListener("jam:queue", (event) => {
    const { track, isNext } = /** @type {CustomEvent} */ (event).detail;
    if (isNext) queue.playNext([track]);
    else queue.add([track]);
    const title = track.title;
    const { programme } = player;
    if (!programme?.item) {
      const first = queue.next();
      if (first) player.enterOwn(null).wait([first], 0);
      toast(say("queued", { title }));
    } else if (programme instanceof OwnProgramme) {
      toast(say(isNext ? "queued_next" : "queued", { title }));
    } else {
      toast(say("queued_later", { title }), listenAlone(programme));
    }
    player.showNext();
  });
}

/** @param {RoomProgramme} programme */
function listenAlone(programme) {
  return { label: say("listen_alone"), act: () => programme.leaveToOneself() };
}

/** Do it where one listens for oneself; in a room say why not.
 * @param {JamPlayer} player @param {(player: JamPlayer) => void} act */
function alone(player, act) {
  const { programme } = player;
  if (programme instanceof RoomProgramme) {
    const leave = listenAlone(programme);
    const both = () => {
      leave.act();
      act(player);
    };
    toast(say("room_decides"), { label: leave.label, act: both });
  } else {
    act(player);
  }
}

/** @param {JamPlayer} player */
function toggleShuffle(player) {
  const { queue } = player;
  queue.shuffle(!queue.isShuffled);
  remember({ isShuffled: queue.isShuffled });
  player.showNext();
}

/** @param {JamPlayer} player */
function nextRepeat(player) {
  const { queue } = player;
  queue.repeat = REPEATS[(REPEATS.indexOf(queue.repeat) + 1) % REPEATS.length];
  remember({ repeat: queue.repeat });
  player.showNext();
}

/** @param {JamPlayer} player */
function showOwn(player) {
  const { view, queue, programme, sound } = player;
  const isOwn = programme instanceof OwnProgramme;
  const shuffle = view.$(".shuffle");
  shuffle.setAttribute("aria-pressed", String(isOwn && queue.isShuffled));
  const repeat = view.$(".repeat");
  repeat.dataset.repeat = isOwn ? queue.repeat : "off";
  repeat.dataset.icon = isOwn && queue.repeat === "one" ? "repeat-1" : "repeat";
  repeat.setAttribute("aria-label", say(`repeat_${repeat.dataset.repeat}`));
  const speed = view.$(".speed");
  const { track } = sound;
  speed.hidden = !isOwn || !track || !player.isLong(track);
  speed.textContent = `${sound.rate}×`;
  speed.setAttribute("aria-label", say("speed", { rate: sound.rate }));
}

/** @param {JamPlayer} player */
function showSleep({ view, sleep }) {
  const button = view.$(".sleep");
  const time = clock(sleep.left);
  const label = sleep.isAtEnd ? say("sleep_end") : say(sleep.isOn ? "sleep_in" : "sleep", { time });
  button.setAttribute("aria-label", label);
  button.toggleAttribute("data-on", sleep.isOn);
  const text = sleep.isAtEnd ? say("end") : time;
  /** @type {HTMLElement} */ (button.querySelector("span")).textContent = text;
}

/** @param {JamPlayer} player @param {string} template @param {string} from what gets the focus back */
function openSheet({ view }, template, from) {
  const content = /** @type {HTMLElement} */ (
    /** @type {HTMLTemplateElement} */ (view.$(template)).content.firstElementChild?.cloneNode(true)
  );
  const detail = { content, from: view.$(from) };
  document.dispatchEvent(new CustomEvent("jam:sheet", { detail }));
  return content;
}

/** A sheet with one choice, taken when it is made. @param {HTMLElement} content @param {string} chosen
 * @param {(value: string) => void} take */
function choose(content, chosen, take) {
  for (const input of content.querySelectorAll("input")) {
    input.checked = input.value === chosen;
    input.addEventListener("change", () => take(input.value));
  }
}

/** @param {JamPlayer} player */
function askSleep(player) {
  const content = openSheet(player, ".sleep-template", ".extras .sleep");
  choose(content, player.sleep.isAtEnd ? "end" : player.sleep.isOn ? "?" : "", (value) => {
    player.sleep.set(value === "end" ? "end" : value ? Number(value) : null);
  });
}

/** @param {JamPlayer} player */
function askSpeed(player) {
  const content = openSheet(player, ".speed-template", ".extras .speed");
  choose(content, String(player.sound.rate), (value) => {
    remember({ rate: Number(value) });
    if (player.sound.track) player.sound.rate = player.rateFor(player.sound.track);
    showOwn(player);
  });
}
