// What is said when changes arrived: a receipt for those that had to wait, and at once what was refused
// while somebody looks.

import { go } from "../pages/going.js";
import { toast } from "../pages/toast-line.js";
import { address, personOnPage } from "../site.js";
import { say } from "../words.js";
import { untold } from "./outbox.js";
import { receiptOf } from "./sync-groups.js";
import { describe } from "./sync-rows.js";

const show = { label: say("show"), act: () => go(address("sync")) };

/** "4 of 5 changes applied", and why the first of the others was not. It is said once, in the tab that one
 * looks at; the shell leaves it to the page that takes its place. */
export async function receipt() {
  if (!personOnPage() || document.visibilityState === "hidden") return;
  const merged = await untold();
  if (!merged.length) return;
  const { applied, count, failed } = receiptOf(merged);
  const what = failed && describe(failed);
  const why = failed?.result.problem?.detail ?? say("problem");
  toast(
    say(failed ? "back_online_but" : "back_online", { applied, count, what: what ?? "", why }),
    show,
  );
}

/** Refused while somebody looks: said at once. What had to wait gets a receipt instead.
 * @param {{queued: import("../playlists/shapes.js").QueuedOperation,
 *   result?: import("../playlists/shapes.js").Result}} settled */
export function tellRefusal({ queued, result }) {
  if (!result || !["rejected", "conflict"].includes(result.status)) return;
  if (queued.heldBack || document.visibilityState === "hidden") return;
  toast(result.problem?.detail ?? say("problem"), show);
}
