// Which page this is, in the side bar and the tabs; and the way back to the playlist one was at.

import { withinApp } from "../site.js";

const LAST = "jam-last-playlist";

// Pages that have no place of their own in the bars: the first part of their address, and where
// one looks for them.
/** @type {Record<string, string>} */
const FOUND_AT = {
  install: "you",
  admin: "you",
  sources: "downloads",
  imports: "downloads",
  wishes: "downloads",
  smart: "library",
};

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
    else if (holds(anchor, here)) anchor.setAttribute("aria-current", "true");
    else anchor.removeAttribute("aria-current");
  }
}

/** Whether a page is one of those below this link. @param {HTMLAnchorElement} link @param {string} here */
function holds(link, here) {
  const part = withinApp(link.pathname);
  const [first = ""] = withinApp(here).split("/");
  return part !== "" && (withinApp(here).startsWith(`${part}/`) || FOUND_AT[first] === part);
}

mark();
document.addEventListener("htmx:after:history:push", mark);
document.addEventListener("htmx:after:history:replace", mark);
document.addEventListener("htmx:after:swap", mark);
document.addEventListener("jam:shown", mark);
