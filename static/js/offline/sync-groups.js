// What the sync page shows, by playlist; needs no page, so that a test calls it directly.

/** @typedef {import("../playlists/shapes.js").QueuedOperation} QueuedOperation */
/** @typedef {import("../playlists/shapes.js").Operation} Operation */
/** @typedef {import("./outbox.js").Merged} Merged */

/**
 * @typedef {object} Group
 * @property {string} id the playlist's
 * @property {string} title "" where nobody wrote down what it is called
 * @property {QueuedOperation[]} queued oldest first
 * @property {number} behind how many changes wait for a playlist that could not be made; they are not in
 *   `queued`, as nothing can be done about them alone
 */

/**
 * Changes by playlist, in the order in which the first of each was made.
 * @param {QueuedOperation[]} queued oldest first
 * @param {Map<string, string>} [titles] of playlists, where they are known
 * @returns {{waiting: Group[], failed: Group[]}}
 */
export function grouped(queued, titles = new Map()) {
  const unmade = new Set();
  for (const { operation, state } of queued) {
    if (operation.kind === "create" && state === "failed") unmade.add(operation.playlist);
  }
  /** @type {{waiting: Map<string, Group>, failed: Map<string, Group>}} */
  const groups = { waiting: new Map(), failed: new Map() };
  for (const one of queued) {
    const { playlist: id, kind } = one.operation;
    const isUnmade = unmade.has(id);
    const into = groups[isUnmade ? "failed" : one.state];
    const group = into.get(id) ?? { id, title: titles.get(id) ?? "", queued: [], behind: 0 };
    into.set(id, group);
    group.title ||= one.list ?? (kind === "create" ? one.about : "");
    if (isUnmade && kind !== "create") group.behind += 1;
    else group.queued.push(one);
  }
  return { waiting: [...groups.waiting.values()], failed: [...groups.failed.values()] };
}

/** How many changes were made in a playlist that waits to be made, or could not be.
 * @param {QueuedOperation} making @param {QueuedOperation[]} queued */
export function dependent(making, queued) {
  const { playlist, kind } = making.operation;
  if (kind !== "create") return 0;
  return queued.filter(({ operation }) => operation.playlist === playlist).length - 1;
}

/**
 * Which words of `kinds` describe a change: an update of the title alone is a renaming.
 * @param {Operation} operation
 */
export function wordOf({ kind, fields = {} }) {
  const names = Object.keys(fields);
  return kind === "update" && names.length === 1 && names[0] === "title" ? "rename" : kind;
}

/** The title of a playlist as it is shown: with a change of it that waits.
 * @param {{id: string, title: string}} playlist @param {QueuedOperation[]} queued */
export function titleOf({ id, title }, queued) {
  const renamings = queued.filter(
    ({ operation, state }) => operation.playlist === id && state === "waiting",
  );
  return renamings.reduce((now, { operation }) => operation.fields?.title ?? now, title);
}

const DONE = new Set(["applied", "satisfied"]);

/**
 * What came of the changes that had to wait, for a receipt.
 * @param {Merged[]} merged oldest first
 * @returns {{applied: number, count: number, failed: Merged | undefined}} `failed`: the first
 */
export function receiptOf(merged) {
  const applied = merged.filter(({ result }) => DONE.has(result.status)).length;
  const failed = merged.find(({ result }) => !DONE.has(result.status));
  return { applied, count: merged.length, failed };
}
