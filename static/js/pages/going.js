// Going to another page from a script, as a link of the page does: the music goes on, and without
// network the device shows what it has.

/** @param {string} href */
export function go(href) {
  const link = document.createElement("a");
  link.href = href;
  follow(link);
}

/** @param {HTMLAnchorElement} link */
export function follow(link) {
  link.hidden = true;
  document.getElementById("main")?.append(link);
  /** @type {any} */ (globalThis).htmx.process(link);
  link.click();
}
