// This device: who is here, the worker and its updates, and what follows when what waited is sent: a
// receipt, and going on with downloads.

import { toast } from "../pages/toast-line.js";
import { followHistory, sendListens } from "../player/listens.js";
import { address, personOnPage } from "../site.js";
import { say } from "../words.js";
import { copies } from "./copies.js";
import { farewell, welcome } from "./database.js";
import { resume } from "./downloading.js";
import { tidy } from "./eviction.js";
import { giveBack } from "./give-back.js";
import { lookAfter } from "./mending.js";
import { queue, untold } from "./outbox.js";
import { keepReporting } from "./report.js";
import { keepSending } from "./sending.js";

/** All is sent: then tell what came of it, and fetch what is missing. */
async function afterSending() {
  await receipt();
  if (await sendListens()) await followHistory();
  await resume();
  await giveBack();
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

/** @param {MessageEvent} message */
function news({ data }) {
  if (["queued", "settled", "copies"].includes(data.kind)) showCounts();
  if (data.kind === "signed-out") {
    toast(say("log_in_again"), {
      label: say("log_in"),
      act: () => location.assign(address("login")),
    });
  }
  if (data.kind === "gone") toast(say("copy_gone", { title: data.title }));
  if (data.kind === "settled" && data.result?.status === "rejected") {
    toast(data.result.problem?.detail ?? say("problem"));
  }
}

const DONE = new Set(["applied", "satisfied"]);

/** A receipt for what had to wait: "4 of 5 changes applied". The shell leaves it to the page that
 * takes its place. */
async function receipt() {
  if (!personOnPage() || document.visibilityState === "hidden") return;
  const merged = await untold();
  if (!merged.length) return;
  const applied = merged.filter(({ result }) => DONE.has(result.status)).length;
  const show = { label: say("show"), act: () => location.assign(address("sync")) };
  toast(say("back_online", { applied, count: merged.length }), show);
}

async function begin() {
  const me = personOnPage();
  if (me) await welcome(me);
  new BroadcastChannel("jamboree").onmessage = news;
  document.addEventListener("jam:shown", () => showCounts());
  document.addEventListener("submit", (event) => {
    if (/** @type {Element} */ (event.target).matches("[data-log-out]")) farewell();
  });
  keepReporting();
  await Promise.all([showCounts(), keepSending(afterSending)]);
  await tidy();
}

async function installWorker() {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register(address("service-worker.js"), {
    type: "module",
    scope: address(""),
    updateViaCache: "none",
  });
  let pressed = false;
  /** @param {ServiceWorker | null} worker */
  const offer = (worker) => {
    if (!worker || !navigator.serviceWorker.controller) return;
    const act = () => {
      pressed = true;
      worker.postMessage("take over");
    };
    toast(say("update"), { label: say("reload"), act });
  };
  offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const fresh = registration.installing;
    fresh?.addEventListener("statechange", () => {
      if (fresh.state === "installed") offer(fresh);
    });
  });
  // Only the page on which somebody pressed Reload does so; others may be playing, and are asked.
  const hadOne = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (pressed) location.reload();
    else if (hadOne) toast(say("update"), { label: say("reload"), act: () => location.reload() });
  });
}

installWorker().catch(() => {}); // no HTTPS, a private window: /install says what is missing
begin().catch(() => {}); // without IndexedDB everything works, online
lookAfter().catch(noted);

/** What is kept could not be looked after: the next start tries again. @param {unknown} error */
function noted(error) {
  console.info("What is kept here was not looked after.", error);
}
