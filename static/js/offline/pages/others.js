// The small pages without network: downloads, sync, who is here, a link that was shared, and what is
// said of everything else.

import { findLink, keepLink } from "../../imports/shared-links.js";
import { say } from "../../words.js";
import { person } from "../database.js";
import { template, text } from "./markup.js";

/** Its elements fill themselves. @param {HTMLElement} page */
export async function downloads(page) {
  page.replaceChildren(await template("downloads"));
  document.title = `${say("downloads")} · Jamboree`;
  return true;
}

/** @param {HTMLElement} page */
export async function sync(page) {
  page.replaceChildren(await template("sync"));
  document.title = `${say("sync")} · Jamboree`;
  return true;
}

/** @param {HTMLElement} page */
export async function you(page) {
  const me = await person();
  if (!me) return false;
  const made = await template("you");
  text(made, "name", me.name);
  document.title = `${me.name} · Jamboree`;
  page.replaceChildren(made);
  return true;
}

/** A link that was shared to the app: kept, as the server can't look at it now. This page asks for the
 * server as all of them do, and then the look takes its place. @param {HTMLElement} page */
export async function share(page) {
  const link = findLink(new URLSearchParams(location.search));
  const isKept = link !== "" && (await keepLink(link).catch(() => false));
  if (!isKept) return false;
  const made = await template("share");
  text(made, "link", link);
  page.replaceChildren(made);
  return true;
}

/** @param {HTMLElement} page */
export async function nothing(page) {
  page.replaceChildren(await template("nothing"));
  return true;
}

/** Who was here logged out, and nobody is now. @param {HTMLElement} page */
export async function nobody(page) {
  page.replaceChildren(await template("nobody"));
}

/** The small pages by their names. */
export const fixed = { downloads, sync, you, share };
