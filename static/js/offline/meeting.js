// Who sits at this device: told to all tabs and to the worker, and looked after where it changes while
// pages are open.

import { address, personOnPage, personShown, showTo } from "../site.js";
import { announce, fact, person, welcome } from "./database.js";
import { finishRemoving, forgetPlaces, isLeaving, settleLogOut } from "./leaving.js";

/** Somebody else logged in, or this person logged out, in another tab: what this one shows is not for
 * who sits here now. @param {MessageEvent} message */
function someoneElse({ data }) {
  const me = personShown();
  if (!me || isLeaving()) return;
  if (data.kind === "left" && data.person === me.id) {
    forgetPlaces();
    location.assign(address("login"));
  }
  if (data.kind === "arrived" && data.person !== me.id) location.assign(address(""));
}

/** A page that the browser kept as it was comes back: perhaps to somebody else.
 * @param {PageTransitionEvent} event */
async function checkWho({ persisted }) {
  const me = personShown();
  if (persisted && me && (await person())?.id !== me.id) location.reload();
}

/** Who is here, and what was begun by somebody who left. Answers whether this page may go on. */
export async function meet() {
  new BroadcastChannel("jamboree").onmessage = someoneElse;
  addEventListener("pageshow", (event) => checkWho(event).catch(() => {}));
  const me = personOnPage();
  if (!me) showTo(await person());
  if (me && !(await isOver(me))) {
    if (await welcome(me)) {
      announce("arrived", { person: me.id });
      announce("copies"); // what looked before, saw nobody's
    }
  } else if (me) {
    location.replace(address("login"));
    return false;
  }
  finishRemoving().catch(() => {}); // the next start tries again
  return true;
}

/** Whether this page is of somebody who logged out while the server could not be told. Where there is a
 * worker, such a page is not even fetched. @param {{id: string}} me */
async function isOver(me) {
  const due = await fact("logOut");
  return due?.person === me.id && (await settleLogOut());
}
