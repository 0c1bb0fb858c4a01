// Taking along, as a person meets it: what is said before it begins, and when it breaks off.

import { Refused, SignedOut } from "../api.js";
import { toast } from "../pages/toast-line.js";
import { address } from "../site.js";
import { megabytes, say } from "../words.js";
import { missing } from "./abilities.js";
import { takeAlong } from "./downloading.js";
import { reason } from "./fetching.js";
import { NoRoom } from "./following.js";
import { room } from "./room.js";

/**
 * Take a playlist along, or go on with it; says how much it is, and what went wrong.
 * @param {string} id the playlist's
 * @param {{quality?: import("./database.js").Quality, choose?: () => void}} [options] choose: opens what
 *   offers another quality, where this one does not fit
 */
export async function take(id, { quality, choose } = {}) {
  const [lacks] = await missing();
  if (lacks) {
    toast(say(`missing.${lacks}`));
    return;
  }
  const { free } = await room().catch(() => ({ free: 0 }));
  const begins = (/** @type {import("./database.js").Copy} */ one) =>
    toast(say("needs", { size: megabytes(one.sizeBytes), free: megabytes(free) }));
  try {
    await takeAlong(id, { quality, begins });
  } catch (error) {
    tell(error, choose);
  }
}

/** What went wrong, in words. @param {unknown} error @param {() => void} [choose] */
export function tell(error, choose) {
  if (error instanceof NoRoom) {
    const sizes = { size: megabytes(error.needed), free: megabytes(error.free) };
    toast(say("not_enough", sizes), choose && { label: say("choose"), act: choose });
  } else if (error instanceof SignedOut) {
    const act = () => location.assign(address("login"));
    toast(say("log_in_again"), { label: say("log_in"), act });
  } else {
    const status = error instanceof Refused ? error.status : "";
    toast(say("broken_off", { reason: say(reason(error), { status }) }));
  }
}
