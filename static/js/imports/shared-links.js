// Links that were shared to the app while the server could not be reached: kept on this device, for
// the person who shared them, until they are looked at or thrown away.

import { announce, fact, person, setFact } from "../offline/database.js";

const AT_MOST = 50;

/** The links of who is here. @returns {Promise<string[]>} */
export async function sharedLinks() {
  const me = await person();
  return me ? ((await fact(`links-${me.id}`)) ?? []) : [];
}

/** @param {(links: string[]) => string[]} change */
async function update(change) {
  const me = await person();
  if (!me) return false;
  await setFact(`links-${me.id}`, change(await sharedLinks()));
  announce("links");
  return true;
}

/** Whether it is kept: where nobody is logged in, it is nobody's. @param {string} link */
export async function keepLink(link) {
  return update((links) => [link, ...links.filter((other) => other !== link)].slice(0, AT_MOST));
}

/** @param {string} link */
export async function forgetLink(link) {
  if ((await sharedLinks()).includes(link)) {
    await update((links) => links.filter((other) => other !== link));
  }
}

/** The first link in what was shared, without the punctuation of the sentence around it; as
 * playlist_app/imports/sharing.py finds it. @param {URLSearchParams} shared */
export function findLink(shared) {
  for (const field of ["url", "text", "title"]) {
    const [found] = (shared.get(field) ?? "").match(/https?:\/\/[^\s<>"“”«»]+/i) ?? [];
    if (found) return found.replace(/[.,;:!?'’…]+$/, "");
  }
  return "";
}
