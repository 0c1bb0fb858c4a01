// This device: who is here, the worker and its updates, sending what waits, and going on with
// downloads whenever the network may be back.

import { toast } from "../pages/toast-line.js";
import { address, personOnPage } from "../site.js";
import { say } from "../words.js";
import { copies, resume } from "./copies.js";
import { farewell, welcome } from "./database.js";
import { drain, nextWait, queue } from "./outbox.js";

/** @type {ReturnType<typeof setTimeout> | undefined} */
let again;

/** Send what waits, then fetch what is missing: people's changes go before any download. */
async function catchUp() {
  clearTimeout(again);
  const outcome = await drain().catch(() => "unreachable");
  if (outcome === "unreachable") {
    again = setTimeout(catchUp, nextWait());
    return;
  }
  if (outcome === "empty") await resume();
}

/** How many things wait, and how many copies there are, on the links that lead to them. */
async function showCounts() {
  const [waiting, along] = await Promise.all([queue(), copies()]).catch(() => [[], []]);
  const counts = { waiting: waiting.length, copies: along.length };
  for (const badge of document.querySelectorAll("[data-count]")) {
    const count = counts[/** @type {"waiting" | "copies"} */ (badge.getAttribute("data-count"))];
    badge.textContent = count ? String(count) : "";
  }
}

/** Since when sending failed, so that a receipt says what came of it. */
let heldBack = 0;
let applied = 0;

/** @param {MessageEvent} message */
function news({ data }) {
  if (["queued", "settled", "copies"].includes(data.kind)) showCounts();
  if (data.kind === "signed-out") {
    toast(say("log_in_again"), {
      label: say("log_in"),
      act: () => location.assign(address("login")),
    });
  }
  if (data.kind === "settled" && data.result) {
    applied += Number(data.result.status === "applied" || data.result.status === "satisfied");
    if (data.result.status === "rejected") toast(data.result.problem?.detail ?? say("problem"));
  }
}

async function receipt() {
  const before = (await queue()).filter(({ state }) => state === "waiting").length;
  heldBack = Math.max(heldBack, before);
  applied = 0;
  await catchUp();
  const left = (await queue()).filter(({ state }) => state === "waiting").length;
  if (heldBack && !left) {
    const text = say("back_online", { applied: Math.min(applied, heldBack), count: heldBack });
    toast(text, { label: say("show"), act: () => location.assign(address("sync")) });
    heldBack = 0;
  }
}

async function begin() {
  const me = personOnPage();
  if (me) await welcome(me);
  new BroadcastChannel("jamboree").onmessage = news;
  for (const type of ["online", "focus", "pageshow"]) addEventListener(type, () => receipt());
  document.addEventListener("jam:state", (event) => {
    if (/** @type {CustomEvent} */ (event).detail === "live") receipt();
  });
  document.addEventListener("submit", (event) => {
    if (/** @type {Element} */ (event.target).matches("[data-log-out]")) farewell();
  });
  await Promise.all([showCounts(), receipt()]);
}

async function installWorker() {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register(address("service-worker.js"), {
    type: "module",
    scope: address(""),
    updateViaCache: "none",
  });
  /** @param {ServiceWorker | null} worker */
  const offer = (worker) => {
    if (!worker || !navigator.serviceWorker.controller) return;
    toast(say("update"), { label: say("reload"), act: () => worker.postMessage("take over") });
  };
  offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const fresh = registration.installing;
    fresh?.addEventListener("statechange", () => {
      if (fresh.state === "installed") offer(fresh);
    });
  });
  // Reload only when somebody pressed Reload; the first worker of all just begins.
  const hadOne = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (hadOne) location.reload();
  });
}

installWorker().catch(() => {}); // no HTTPS, a private window: /install says what is missing
begin().catch(() => {}); // without IndexedDB everything works, online
