// The worker of this page: installed, brought up to date when the person says so, and taken away where an
// admin switched the offline mode off.

import { address } from "../site.js";
import { offer } from "./update-line.js";

const TAKES_OVER_WITHIN = 10_000; // milliseconds; the old one may still be answering
const LOOKS_EVERY = 60 * 60_000; // milliseconds: an app that is never closed hears of a new version too

/** Whether an admin switched the offline mode off; the page says so, and then the worker. */
export function isSwitchedOff() {
  return document.documentElement.dataset.offline === "off";
}

async function begin() {
  if (!("serviceWorker" in navigator)) return;
  const known = () => navigator.serviceWorker.getRegistration(address(""));
  new BroadcastChannel("jamboree").onmessage = async ({ data }) => {
    if (data.kind !== "stepped-aside") return;
    document.documentElement.dataset.offline = "off";
    // It does so itself, but takes over only when the old one ended what it does; which, as it may be what
    // does harm, can be never.
    await (await known())?.unregister();
  };
  // Switched off: one that is there is asked to look, and finds the worker that steps aside.
  if (isSwitchedOff()) await (await known())?.update();
  else await install();
}

async function install() {
  const registration = await navigator.serviceWorker.register(address("service-worker.js"), {
    type: "module",
    scope: address(""),
    updateViaCache: "none",
  });
  let pressed = false;
  const take = () => {
    pressed = true;
    // It may be another by now than the one that was offered; that one would not hear this.
    registration.waiting?.postMessage("take over");
    setTimeout(() => location.reload(), registration.waiting ? TAKES_OVER_WITHIN : 0);
  };
  /** @param {ServiceWorker | null} worker */
  const ready = (worker) => {
    if (worker && navigator.serviceWorker.controller && !isSwitchedOff()) offer(take);
  };
  ready(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const fresh = registration.installing;
    fresh?.addEventListener("statechange", () => {
      if (fresh.state === "installed") ready(fresh);
    });
  });
  // Only the page on which somebody pressed Reload does so; others may be playing, and are asked.
  const hadOne = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (pressed) location.reload();
    else if (hadOne && !isSwitchedOff()) offer(() => location.reload());
  });
  const look = async () => {
    ready(registration.waiting); // somebody said "later" a while ago
    await registration.update().catch(() => {}); // no network: the next time
  };
  setInterval(look, LOOKS_EVERY);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") look();
  });
}

begin().catch(() => {}); // no HTTPS, a private window: /install says what is missing
