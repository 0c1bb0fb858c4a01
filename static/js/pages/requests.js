// What htmx sends and gets: the token of unsafe calls; pages that do not come in time, which the device
// shows meanwhile; and what is said when there is no answer.

import { hasPage, isOnlyHere } from "../offline/has-page.js";
import { OfflinePage, showOffline } from "../offline/offline-page.js";
import { withinApp } from "../site.js";
import { say } from "../words.js";
import { toast } from "./toast-line.js";

const PATIENCE = 400; // milliseconds until what is on the device is shown; as in the worker
const LONGEST = 4000; // … for what is not on it: then that is said
const SILENCE = 8000; // milliseconds after something was sent

/** Of a server behind a proxy, while it is away. */
const GATEWAY = new Set([502, 503, 504]);

/** The page that was asked for last: one that comes later than another is not wanted any more. */
let wanted = 0;

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = /** @type {CustomEvent} */ (event).detail;
  if (ctx.request.method !== "GET") {
    const token = document.querySelector("meta[name=csrf-token]")?.getAttribute("content");
    if (token) ctx.request.headers["X-CSRF-Token"] = token;
    ctx.fetch = sayIfSilent;
  } else if (isPage(ctx)) {
    const isThere = "HX-History-Restore-Request" in ctx.request.headers;
    ctx.fetch = (/** @type {string} */ url, /** @type {RequestInit} */ request) =>
      pageInTime(url, request, isThere);
  }
});

/** A link, the way back, or the search of the library: not a piece of a page. @param {any} ctx */
function isPage({ sourceElement, target, request }) {
  if ("HX-History-Restore-Request" in request.headers) return true;
  const isLink = sourceElement instanceof HTMLAnchorElement && !sourceElement.closest("#sheet");
  return isLink && target?.id === "main";
}

/**
 * The server's page, if it comes in time; else what the device has is shown until it does.
 * @param {string} url @param {RequestInit} request @param {boolean} isThere
 */
async function pageInTime(url, request, isThere) {
  const turn = ++wanted;
  // htmx gives up after its time, and this page when it came: what is late may still come.
  const answer = fetch(url, { ...request, signal: null });
  const first = await soonest(answer, isAway() ? 0 : PATIENCE);
  const path = withinApp(new URL(url, location.href).pathname);
  const isOurs = first instanceof Response && first.status === 404 && (await isOnlyHere(path));
  const isAnswer = first instanceof Response && !GATEWAY.has(first.status) && !isOurs;
  if (isAnswer || turn !== wanted) return only(isAnswer && turn === wanted ? first : null);
  const isHere = await hasPage(path).catch(() => false);
  if (turn !== wanted) return only(null);
  if (first instanceof Response && !isHere) return first; // what a proxy says, where we know no better
  if (first === "late" && !isHere && !isAway()) {
    const second = await soonest(answer, LONGEST - PATIENCE);
    if (second instanceof Response || turn !== wanted) {
      return only(second instanceof Response && turn === wanted ? second : null);
    }
  }
  showOffline(url, { answer: first === "late" ? answer : undefined, isThere });
  return only(null);
}

/** The answer, or the end of the matter for htmx. @param {Response | null} response */
function only(response) {
  if (response) return response;
  throw new DOMException("not wanted any more", "AbortError");
}

/** @param {Promise<Response>} answer @param {number} within milliseconds
 * @returns {Promise<Response | "late" | "none">} */
function soonest(answer, within) {
  const late = new Promise((done) => setTimeout(() => done("late"), within));
  return Promise.race([answer.catch(() => /** @type {const} */ ("none")), late]);
}

/** It is known that the server does not answer: nobody is kept waiting again. */
function isAway() {
  const page = document.querySelector("offline-page");
  return page instanceof OfflinePage && page.isAway;
}

/** @param {string} url @param {RequestInit} request */
async function sayIfSilent(url, request) {
  const silent = setTimeout(() => toast(say("no_answer_yet")), SILENCE);
  try {
    return await fetch(url, request);
  } finally {
    clearTimeout(silent);
  }
}

// No answer: what stands on the page stays as it is, with what was typed.
document.addEventListener("htmx:error", (event) => {
  const { ctx } = /** @type {CustomEvent} */ (event).detail;
  if (!ctx || ctx.response || ctx.sourceElement.closest("search-to-add")) return;
  const { method, action, signal } = ctx.request;
  if (method !== "GET") toast(say(signal?.reason === "timeout" ? "no_answer" : "not_sent"));
  else if (isSearch(ctx.sourceElement)) searchHere(action);
  else toast(say("unreachable"));
});

/** @param {Element} source */
function isSearch(source) {
  return source.matches("main form[role=search]") && document.querySelector("#tracks") !== null;
}

/** The library, searched on the device. @param {string} action */
function searchHere(action) {
  const input = /** @type {HTMLInputElement | null} */ (
    document.querySelector("input[data-search]")
  );
  const url = new URL(action, location.href);
  url.search = input?.value ? `?${new URLSearchParams({ search: input.value })}` : "";
  const isFocused = document.activeElement === input;
  showOffline(url.href);
  if (!isFocused) return;
  const focus = () => {
    const now = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-search]"));
    now?.focus();
    now?.setSelectionRange(now.value.length, now.value.length);
  };
  document.addEventListener("jam:shown", focus, { once: true });
}
