// What htmx sends and gets: the token of unsafe calls, and what is said when there is no answer.

import { showOffline } from "../offline/offline-page.js";
import { say } from "../words.js";
import { toast } from "./toast-line.js";

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = /** @type {CustomEvent} */ (event).detail;
  const token = document.querySelector("meta[name=csrf-token]")?.getAttribute("content");
  if (token && ctx.request.method !== "GET") ctx.request.headers["X-CSRF-Token"] = token;
});

// No answer. A link then leads to what the device has of that page; anything else stays as it is.
document.addEventListener("htmx:error", (event) => {
  const { ctx } = /** @type {CustomEvent} */ (event).detail;
  if (!ctx || ctx.response) return;
  const isLink = ctx.sourceElement instanceof HTMLAnchorElement && ctx.request.method === "GET";
  if (isLink && !ctx.sourceElement.closest("#sheet")) showOffline(ctx.request.action);
  else toast(say("unreachable"));
});
