// The markup of pages without network: the shell's templates, and filling them.

import { sorted } from "../../playlists/order.js";
import { address } from "../../site.js";

/** @typedef {import("../../playlists/shapes.js").Item} Item */
/** @typedef {import("../../playlists/shapes.js").Track} Track */

/** @type {Promise<Document> | undefined} */
let shell;

/** The shell's own markup, which holds the templates of these pages; the worker has it. */
function shellDocument() {
  shell ??= fetch(address("offline-shell"))
    .then((response) => response.text())
    .then((text) => new DOMParser().parseFromString(text, "text/html"));
  shell.catch(() => {
    shell = undefined;
  });
  return shell;
}

/** A template of the shell, to be put into the page. @param {string} name @returns {Promise<DocumentFragment>} */
export async function template(name) {
  const id = `${name}-template`;
  const here = document.getElementById(id) ?? (await shellDocument()).getElementById(id);
  const found = /** @type {HTMLTemplateElement} */ (here);
  return /** @type {DocumentFragment} */ (document.importNode(found.content, true));
}

/** @param {ParentNode} within @param {string} name @returns {HTMLElement} */
export function field(within, name) {
  return /** @type {HTMLElement} */ (within.querySelector(`[data-field=${name}]`));
}

/** @param {ParentNode} within @param {string} name @param {string} value */
export function text(within, name, value) {
  field(within, name).textContent = value;
}

/** The one element of a template that is to be filled many times. @param {Element} from a <template> */
export function copyOf(from) {
  const { content } = /** @type {HTMLTemplateElement} */ (from);
  return /** @type {HTMLElement} */ (content.firstElementChild?.cloneNode(true));
}

/** Name a track in the labels of what can be done with it. @param {Element} within @param {string} title */
export function label(within, title) {
  for (const element of within.querySelectorAll("[aria-label*='{title}']")) {
    const before = element.getAttribute("aria-label") ?? "";
    element.setAttribute(
      "aria-label",
      before.replace("{title}", () => title),
    );
  }
}

/** The picture of a row. @param {ParentNode} within @param {string | null} cover */
export function picture(within, cover) {
  const image = /** @type {HTMLImageElement} */ (field(within, "cover"));
  // Without one there is the same empty address as on the server's page: nothing is asked for.
  image.setAttribute("src", cover?.replace("/large.", "/small.") ?? "");
}

/** The covers of a list: of the first four by rank, as on the server's pages.
 * @param {Element} within @param {Item[]} items */
export function fillMosaic(within, items) {
  const covers = sorted(items, "manual", { id: null })
    .flatMap(({ track }) => track.cover_url ?? [])
    .slice(0, 4);
  within.querySelector(".mosaic")?.replaceChildren(
    ...covers.map((cover) => {
      const image = new Image(160, 160);
      image.alt = "";
      image.src = cover.replace("/large.", "/small.");
      return image;
    }),
  );
}
