// The server's page takes the place of what the device showed of it: in the page that is open, so that
// nothing is loaded anew and the music goes on.

import { address, personOnPage, withinApp } from "../site.js";
import { person, welcome } from "./database.js";

/**
 * What an answer comes to: "page", which is shown now; "nothing", as from a server that is not well, or a
 * network that wants a log-in of its own; "signed out"; "somebody else", who logged in here meanwhile.
 * @typedef {"page" | "nothing" | "signed out" | "somebody else"} Outcome
 */

/** @param {Response} response to a GET of this page @param {() => Promise<unknown>} isCalm when nobody
 * types or drags @returns {Promise<Outcome>} */
export async function arrive(response, isCalm) {
  if (response.status >= 500) return "nothing";
  if (response.status === 401 || isLogIn(response)) return "signed out";
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const main = page.getElementById("main");
  const who = page.querySelector("meta[name=jam-person]");
  if (!main || !(who instanceof HTMLMetaElement)) return "nothing";
  const known = personOnPage() ?? (await person());
  if (known && known.id !== who.content) return "somebody else";
  await isCalm();
  await welcome({ id: who.content, name: who.dataset.name ?? "" }).catch(() => false); // not kept here
  put(page, main);
  if (response.redirected) history.replaceState(history.state, "", response.url);
  document.dispatchEvent(new CustomEvent("htmx:after:swap"));
  document.dispatchEvent(new CustomEvent("jam:back"));
  return "page";
}

/** @param {Response} response */
function isLogIn({ redirected, url }) {
  return redirected && withinApp(new URL(url).pathname) === "login";
}

/** Where to log in. @param {Response} response */
export function logInAt({ redirected, url }) {
  return redirected ? url : address("login");
}

/** @param {Document} page @param {HTMLElement} main */
function put(page, main) {
  // The shell has nobody's name and token.
  for (const name of ["jam-person", "csrf-token"]) {
    const meta = page.querySelector(`meta[name=${name}]`);
    document.querySelector(`meta[name=${name}]`)?.remove();
    if (meta) document.head.append(document.adoptNode(meta));
  }
  const { scrollX, scrollY } = globalThis;
  const focus = focused();
  document.getElementById("main")?.replaceWith(document.adoptNode(main));
  const lists = page.getElementById("side-playlists");
  if (lists) document.getElementById("side-playlists")?.replaceWith(document.adoptNode(lists));
  document.title = page.title;
  const { htmx } = /** @type {any} */ (globalThis);
  for (const part of [main, lists]) if (part) htmx?.process(part);
  scrollTo(scrollX, scrollY);
  focus();
}

/** Where the focus is within the page, to be put on the same thing of the new one. */
function focused() {
  const before = /** @type {HTMLInputElement} */ (document.activeElement);
  if (!before?.closest("#main")) return () => {};
  const { name, className, selectionStart } = before;
  const id = before.closest("#main [id]")?.id;
  return () => {
    const within = (id && document.getElementById(id)) || document.getElementById("main");
    const same = name ? `[name="${name}"]` : className ? `.${[...before.classList].join(".")}` : "";
    const now = /** @type {HTMLInputElement | null} */ (same && within?.querySelector(same));
    (now ?? document.getElementById("main"))?.focus({ preventScroll: true });
    if (now && "selectionStart" in now) now.setSelectionRange(selectionStart, selectionStart);
  };
}
