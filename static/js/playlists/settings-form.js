// The form of a playlist's settings where the server can't be asked for it: the same fields, without who
// sees the list, which only the server decides.

/** @typedef {import("./shapes.js").Settings} Settings */

/**
 * @param {HTMLElement} template of _playlist.html
 * @param {import("./shapes.js").Playlist} playlist as it is shown
 * @param {(fields: Settings) => void} done gets what was changed
 */
export function settingsForm(template, playlist, done) {
  const { content } = /** @type {HTMLTemplateElement} */ (template);
  const page = /** @type {HTMLElement} */ (content.firstElementChild?.cloneNode(true));
  const form = /** @type {HTMLFormElement} */ (page.querySelector("form"));
  const { elements } = form;
  const field = (/** @type {string} */ name) =>
    /** @type {HTMLInputElement} */ (elements.namedItem(name));
  field("title").value = playlist.title;
  field("description").value = playlist.description;
  field("order_mode").value = playlist.order_mode;
  field("consume").checked = playlist.consume;
  form.method = "dialog"; // which closes the sheet
  form.addEventListener("submit", () => {
    /** @type {Settings} */
    const now = {
      title: field("title").value.trim(),
      description: field("description").value.trim(),
      order_mode: field("order_mode").value,
      consume: field("consume").checked,
    };
    const names = /** @type {(keyof Settings)[]} */ (Object.keys(now));
    const changed = names.filter((name) => now[name] !== playlist[name]);
    done(Object.fromEntries(changed.map((name) => [name, now[name]])));
  });
  return page;
}
