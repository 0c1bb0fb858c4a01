// Times in the reader's own clock and language. The server writes them in UTC, which is also what stands
// there without scripts.

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

localise();
document.addEventListener("htmx:after:swap", localise);
