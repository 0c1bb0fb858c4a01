// The sheet: shows a page of the app (its #main) over the one that is open: from below on a phone,
// beside on a desktop. Without scripts, or without network, its links simply lead to that page.

import { hasPage } from "../offline/has-page.js";
import { showOffline } from "../offline/offline-page.js";
import { withinApp } from "../site.js";

/** @type {any} */
const htmx = /** @type {any} */ (globalThis).htmx;

const dialog = /** @type {HTMLDialogElement} */ (document.querySelector("dialog.sheet"));
/** @type {HTMLElement | null} */
let cameFrom = null;

/** @param {string} href @param {HTMLElement | null} from */
async function open(href, from) {
  cameFrom = from;
  await htmx.ajax("GET", href, {
    target: "#sheet",
    select: "#main > *",
    swap: "innerHTML",
    push: "false",
  });
  // Where there was no answer there is nothing to show; requests.js has said so. The device may have it.
  if (!document.getElementById("sheet")?.childElementCount) {
    const isHere = await hasPage(withinApp(new URL(href).pathname)).catch(() => false);
    if (isHere) showOffline(href);
    return;
  }
  if (!dialog.open) dialog.showModal();
}

function close() {
  dialog.close();
}

dialog?.addEventListener("close", () => {
  document.getElementById("sheet")?.replaceChildren();
  cameFrom?.focus();
});

dialog?.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (target === dialog || target.closest(".sheet-close")) close();
});

document.addEventListener(
  "click",
  (event) => {
    const link = /** @type {HTMLAnchorElement | null} */ (
      /** @type {Element} */ (event.target).closest("a[data-sheet]")
    );
    if (!link || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    open(link.href, link);
  },
  true,
);

// Something that was made on this page.
document.addEventListener("jam:sheet", (event) => {
  const { content, from } = /** @type {CustomEvent} */ (event).detail;
  cameFrom = from;
  document.getElementById("sheet")?.replaceChildren(content);
  dialog.showModal();
});

// A form whose answer is a page for the sheet (data-sheet).
document.addEventListener("htmx:after:swap", (event) => {
  // The device's own pages say that they were shown, without a request behind it.
  const form = /** @type {CustomEvent} */ (event).detail?.ctx?.sourceElement;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-sheet]") || dialog.open) return;
  cameFrom = form.querySelector("button");
  dialog.showModal();
});

// A form in the sheet that is done with it: what the answer shows goes to the page, not the sheet.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = /** @type {CustomEvent} */ (event).detail;
  const form = ctx.sourceElement;
  if (!(form instanceof HTMLFormElement) || !form.closest("#sheet")) return;
  const isDone = ctx.response?.raw?.ok && form.matches("[data-closes], [data-leaves]");
  if (!isDone) return;
  const main = tasks.find((/** @type {any} */ task) => task.type === "main");
  if (main) {
    main.target = document.getElementById("main");
    main.swapSpec = { style: "outerHTML" };
  }
  if (form.matches("[data-leaves]")) ctx.push = ctx.response.raw.url;
  close();
});
