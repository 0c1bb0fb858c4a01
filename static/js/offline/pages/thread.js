// A playlist's thread without network: the messages that its copy has, and one's own that wait.

import { address } from "../../site.js";
import { hue, say } from "../../words.js";
import { readCopy } from "../reading-ahead.js";
import { copyOf, field, template, text } from "./markup.js";

/** @param {HTMLElement} page @param {import("../page-at.js").At} at */
export async function show(page, { id }) {
  const one = await readCopy(id);
  if (!one) return false;
  const made = await template("thread");
  const thread = /** @type {HTMLElement} */ (made.querySelector("playlist-thread"));
  Object.assign(thread.dataset, { playlist: id, seq: one.seq, list: one.playlist.title });
  field(made, "form").hidden = one.playlist.my_role === "viewer";
  const row = field(made, "line");
  const rows = one.messages.map((message) => {
    const line = copyOf(row);
    const { author, audio } = message;
    const avatar = /** @type {HTMLElement} */ (line.querySelector(".avatar"));
    avatar.dataset.hue = String(hue(author.name));
    avatar.textContent = author.name.slice(0, 1);
    text(line, "author", author.name || say("somebody"));
    text(line, "said", message.text);
    field(line, "sound").hidden = !audio;
    const time = /** @type {HTMLTimeElement} */ (line.querySelector("time"));
    time.dateTime = message.created_at;
    return line;
  });
  field(made, "lines").replaceChildren(...rows);
  field(made, "none").hidden = rows.length > 0;
  field(made, "back").setAttribute("href", address(`playlists/${id}`));
  document.title = `${say("thread")} · ${one.playlist.title} · Jamboree`;
  page.replaceChildren(made);
  return true;
}
