// This device: what follows when what waited is sent: a receipt, and going on with downloads.

import { toast } from "../pages/toast-line.js";
import { followHistory, sendListens } from "../player/listens.js";
import { address } from "../site.js";
import { say } from "../words.js";
import { copies } from "./copies.js";
import { resume } from "./downloading.js";
import { adopt } from "./drafts.js";
import { tidy } from "./eviction.js";
import { giveBack } from "./give-back.js";
import { meet } from "./meeting.js";
import { lookAfter } from "./mending.js";
import { queue } from "./outbox.js";
import { markPending } from "./pending-marks.js";
import { receipt, tellRefusal } from "./receipt.js";
import { keepReporting } from "./report.js";
import { keepSending } from "./sending.js";
import { isSwitchedOff } from "./updates.js";

/** All is sent: then tell what came of it, and fetch what is missing. */
async function afterSending() {
  await receipt();
  await adopt();
  if (await sendListens()) await followHistory();
  if (isSwitchedOff()) return;
  await resume();
  await giveBack();
}

/** How many things wait, and how many copies there are, on the links that lead to them. */
async function showCounts() {
  const [waiting, along] = await Promise.all([queue(), copies()]).catch(() => [[], []]);
  const counts = { waiting: waiting.length, copies: along.length };
  for (const badge of document.querySelectorAll("[data-count]")) {
    const count = counts[/** @type {"waiting" | "copies"} */ (badge.getAttribute("data-count"))];
    badge.textContent = count ? String(count) : "";
  }
  markPending(waiting);
}

/** @param {MessageEvent} message */
function news({ data }) {
  if (["queued", "settled", "copies", "outbox"].includes(data.kind)) showCounts();
  if (data.kind === "signed-out") {
    toast(say("log_in_again"), {
      label: say("log_in"),
      act: () => location.assign(address("login")),
    });
  }
  if (data.kind === "gone") toast(say("copy_gone", { title: data.title }));
  if (data.kind === "settled") tellRefusal(data);
}

async function begin() {
  if (!(await meet())) return;
  new BroadcastChannel("jamboree").onmessage = news;
  document.addEventListener("jam:shown", () => showCounts());
  keepReporting();
  await Promise.all([showCounts(), keepSending(afterSending)]);
  await tidy();
}

begin().catch(() => {}); // without IndexedDB everything works, online
lookAfter().catch(noted);

/** What is kept could not be looked after: the next start tries again. @param {unknown} error */
function noted(error) {
  console.info("What is kept here was not looked after.", error);
}
