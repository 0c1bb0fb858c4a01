// Times in the reader's own clock and language. The server writes them in UTC, which is also what stands
// there without scripts.

import { ROOT } from "../site.js";

const DAY = 86_400_000; // milliseconds

const today = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const before = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

function localise() {
  for (const element of document.querySelectorAll("time[data-local]")) {
    const time = new Date(/** @type {HTMLTimeElement} */ (element).dateTime);
    if (Number.isNaN(time.valueOf())) continue;
    const isRecent = Date.now() - time.valueOf() < DAY / 2;
    element.textContent = (isRecent ? today : before).format(time);
    element.removeAttribute("data-local");
  }
}

// The server's statistics by hour and weekday are by the reader's clock too.
const offset = -new Date().getTimezoneOffset(); // minutes east of UTC
// biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in Firefox
document.cookie = `jamboree-offset=${offset}; path=${ROOT}; max-age=31536000; SameSite=Lax`;

localise();
document.addEventListener("htmx:after:swap", localise);
document.addEventListener("jam:shown", localise);
