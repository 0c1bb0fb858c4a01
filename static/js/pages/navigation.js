// Which page this is, in the side bar and the tabs; and the way back to the playlist one was at.

import { withinApp } from "../site.js";

const LAST = "jam-last-playlist";

function mark() {
  const here = location.pathname;
  if (withinApp(here).match(/^playlists\/[^/]+$/)) sessionStorage.setItem(LAST, here);
  const last = sessionStorage.getItem(LAST);
  for (const link of document.querySelectorAll(".side-bar a, .tab-bar a")) {
    const anchor = /** @type {HTMLAnchorElement} */ (link);
    if (anchor.matches("[data-last-playlist]") && last) anchor.href = last;
    const isHere =
      anchor.pathname === here && (!anchor.matches("[data-last-playlist]") || last === here);
    if (isHere) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
}

mark();
document.addEventListener("htmx:after:history:push", mark);
document.addEventListener("htmx:after:history:replace", mark);
document.addEventListener("htmx:after:swap", mark);
