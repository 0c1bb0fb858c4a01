// The history without network: what was heard here, and what the server had told before.

import { unsentListens } from "../../player/listens.js";
import { address } from "../../site.js";
import { clock, say } from "../../words.js";
import { lines } from "../heard.js";
import { copyOf, field, template, text } from "./markup.js";

const SHOWN = 100; // as many as the server's page has

/** @param {HTMLElement} page */
export async function show(page) {
  const [known, unsent] = await Promise.all([lines(), unsentListens()]);
  const waiting = new Set(unsent.map(({ id }) => id));
  const made = await template("history");
  const row = field(made, "line");
  const rows = known.slice(0, SHOWN).map((line) => {
    const one = copyOf(row);
    const title = field(one, "title");
    title.textContent = line.title;
    if (line.track)
      /** @type {HTMLAnchorElement} */ (title).href = address(`library/${line.track}`);
    else title.replaceWith(line.title);
    text(one, "artist", line.artist ? `${line.artist} · ` : "");
    text(one, "seconds", clock(line.seconds));
    const time = /** @type {HTMLTimeElement} */ (one.querySelector("time"));
    time.dateTime = line.at;
    time.toggleAttribute("data-local", true);
    field(one, "unsent").hidden = !waiting.has(line.id);
    return one;
  });
  field(made, "lines").replaceChildren(...rows);
  field(made, "none").hidden = rows.length > 0;
  document.title = `${say("history")} · Jamboree`;
  page.replaceChildren(made);
  return true;
}
