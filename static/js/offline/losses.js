// What is not on this device any more, though nobody removed it: the browser threw it away, or its bytes
// went wrong. The copies that held it are no longer whole; the person is told, and it is fetched again.

import { announce, fact, person, personDatabase } from "./database.js";

/** @typedef {import("./database.js").Copy} Copy */

const GATHERS = 800; // milliseconds: the audit finds one after the other
const STEPS_BACK = 1500; // milliseconds that a hidden page leaves to one that can say so

/**
 * What came of it.
 * @typedef {object} Loss
 * @property {"gone" | "wrong"} why
 * @property {number} lost tracks of who is here
 * @property {number} of so many that were taken along
 */

/**
 * Hear of losses, from this page, others and the worker.
 * @param {(loss: Loss) => void} tell the copies are marked; called in one of the tabs
 */
export function watchLosses(tell) {
  /** @type {Map<string, "gone" | "wrong">} */
  const lost = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const act = async () => {
    const [why] = lost.values();
    const hashes = new Set(lost.keys());
    lost.clear();
    const loss = await markLost(hashes, why);
    if (loss) tell(loss);
  };
  new BroadcastChannel("jamboree").addEventListener("message", ({ data }) => {
    if (data.kind !== "lost") return;
    lost.set(data.sha256, data.why);
    clearTimeout(timer);
    timer = setTimeout(act, document.visibilityState === "hidden" ? STEPS_BACK : GATHERS);
  });
}

/**
 * Mark the copies that held these files as not whole any more, whoever's they are: they are gone on with.
 * @param {Set<string>} hashes @param {"gone" | "wrong"} [why]
 * @returns {Promise<Loss | null>} null where no copy of who is here was whole before: somebody else marked it
 */
export async function markLost(hashes, why = "gone") {
  const me = await person();
  /** @type {string[]} */
  const people = (await fact("people")) ?? [];
  const mine = { lost: new Set(), of: new Set() };
  for (const id of people) {
    const tx = (await personDatabase(id)).transaction("copies", "readwrite");
    for (let at = await tx.store.openCursor(); at; at = await at.continue()) {
      /** @type {Copy} */
      const one = at.value;
      const gone = one.hashes.filter((sha256) => hashes.has(sha256));
      if (id === me?.id) for (const sha256 of one.hashes) mine.of.add(sha256);
      if (!gone.length || one.state !== "whole") continue;
      await at.update({ ...one, state: "fetching", problem: undefined });
      if (id === me?.id) for (const sha256 of gone) mine.lost.add(sha256);
    }
    await tx.done;
  }
  if (!mine.lost.size) return null;
  announce("copies");
  return { why, lost: mine.lost.size, of: mine.of.size };
}
