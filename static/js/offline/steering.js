// Stopping a download: what a person says of a copy, heard by whichever tab fetches it.

import { forget, kept } from "./chunks.js";
import { change, copy, leave } from "./copies.js";
import { announce } from "./database.js";
import { countUses } from "./references.js";

/** Stop it, until somebody goes on with it. @param {string} id */
export async function pause(id) {
  await change(id, ({ state }) =>
    state === "whole" ? null : { state: "paused", problem: undefined },
  );
  announce("stop", { id });
}

/**
 * Cancel what is being fetched. A copy that was never whole is left altogether; of an update, the copy
 * stays as it was: in its old quality, or without what was added, until somebody goes on with it.
 * @param {string} id
 */
export async function cancel(id) {
  const one = await copy(id);
  if (!one || one.state === "whole") return;
  if (!one.wasWhole) {
    await leave(id);
    return;
  }
  announce("stop", { id });
  const back = await change(id, ({ old }) =>
    old
      ? {
          quality: old.quality,
          audio: old.audio,
          sizeBytes: old.sizeBytes,
          preparing: undefined,
          old: undefined,
          etag: undefined,
          state: "whole",
          problem: undefined,
        }
      : { state: "paused", problem: undefined },
  );
  for (const { sha256 } of back?.audio ?? []) {
    const file = await kept(sha256);
    if (file && !file.complete && (await countUses("hashes", sha256)) === 1) await forget(sha256);
  }
  announce("copies", { id });
}
