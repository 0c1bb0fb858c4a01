// What people do on their devices: open and close, change, log out and in. Changes are made as
// <jam-playlist> makes them, by the same calls of the app's modules.

const NEIGHBOURS = 5;
/** What the app throws where a person is told. */
const TOLD = ["SignedOut", "Unreachable", "Refused"];

/** @typedef {import("./device.js").Device} Device */
/** @typedef {import("./tab.js").Tab} Tab */
/** @typedef {import("./world.js").World} World */

// --- pages ------------------------------------------------------------------------------------------

/** Open a page: the server's where it answers, else the shell over what the device has.
 * @param {Device} device */
export async function openPage(device) {
  const { world } = device;
  const pages = await pagesOf(device);
  const tab = await device.open({ person: pages ? device.person : null });
  world.log(`${tab.name} opens ${pages ? "a page" : "the shell"}`);
  const beginning = tab.begin().catch((error) => troubled(tab, error));
  await world.quiet();
  // Of the shell: who is here as far as the device knows.
  tab.shownFor = tab.person ?? (await tab.app.database.person())?.id ?? null;
  for (const list of world.lists) {
    const key = `${tab.shownFor} ${list.id}`;
    const page = pages?.get(list.id) ?? device.copies.get(key);
    if (!page || !tab.shownFor) continue;
    device.copies.set(key, page);
    tab.rooms.set(list.id, tab.app.rooms.enter(structuredClone(page)));
  }
  void beginning;
  return tab;
}

/** Both lists as the server renders them for who is logged in, or null where it does not.
 * @param {Device} device @returns {Promise<Map<string, any> | null>} */
async function pagesOf(device) {
  if (!device.isOnline || !device.person) return null;
  const pages = new Map();
  for (const list of device.world.lists) {
    const page = await readList(device, list.id).catch(() => null);
    if (!page) return null;
    pages.set(list.id, page);
  }
  return pages;
}

/** A list as of one moment. @param {any} who @param {string} list @returns {Promise<any>} */
export async function readList(who, list) {
  const { http } = who.world;
  for (;;) {
    const [playlist, items] = [
      await http.ask(who, "GET", `playlists/${list}`),
      await http.ask(who, "GET", `playlists/${list}/items`),
    ];
    if (playlist.status !== 200 || items.status !== 200) return null;
    const found = { playlist: JSON.parse(playlist.text), ...JSON.parse(items.text) };
    if (found.playlist.seq === found.seq) return { ...found, epoch: "the only one" };
  }
}

/** @param {Tab} tab @param {any} error */
export function troubled(tab, error) {
  const name = error?.constructor?.name ?? "";
  if (tab.isDead || TOLD.includes(name) || error?.name === "InvalidStateError") return;
  tab.world.log(`${tab.name}: ${error?.stack ?? error}`);
  tab.world.faults.push(`${tab.name}: ${error?.stack ?? error}`);
}

// --- changes ----------------------------------------------------------------------------------------

const KINDS = { vote: 5, add: 3, remove: 2, move: 4, update: 1 };

/** Make a change in a tab; not waited for. @param {Tab} tab */
export function change(tab) {
  const { chance } = tab.world;
  const rooms = [...tab.rooms.values()];
  if (!rooms.length) return;
  const room = chance.oneOf(rooms);
  const made = wish(tab.world, room.model);
  if (!made) return;
  const { about, display, ...change } = made;
  tab.world.log(`${tab.name} ${change.kind} ${about} ${change.direction ?? ""}`);
  act(tab, room, change, { about, track: display }).catch((error) => troubled(tab, error));
}

/** As `#change` of <jam-playlist>. @param {Tab} tab @param {any} room @param {any} change
 * @param {any} display */
async function act(tab, room, change, display) {
  const { model } = room;
  const { outbox } = tab.app;
  const queued = await outbox.enqueue(
    { ...change, playlist: model.playlist.id, base_seq: model.seq },
    display,
  );
  model.propose(queued);
  await outbox.drain();
}

/** @param {World} world @param {any} model @returns {any} */
function wish({ chance, tracks }, model) {
  const shown = model.shown();
  const kind = chance.weighed(KINDS);
  if (kind === "update") {
    const title = `Title ${chance.upTo(1000)}`;
    return model.playlist.my_role === "owner" ? { kind, fields: { title }, about: title } : null;
  }
  if (kind === "add") {
    const track = chance.oneOf(tracks);
    if (model.waitingItem(track.id)) return null;
    return { kind, track: track.id, item: chance.uuid(), about: track.title, display: track };
  }
  if (!shown.length) return null;
  const item = chance.oneOf(shown);
  const about = item.track.title;
  if (kind === "vote") {
    return { kind, item: item.id, direction: chance.oneOf(["up", "down", "none"]), about };
  }
  if (kind === "remove") return { kind, item: item.id, about };
  if (model.playlist.order_mode !== "manual") return null;
  const others = shown
    .map((/** @type {any} */ one) => one.id)
    .filter((/** @type {string} */ id) => id !== item.id);
  const index = chance.upTo(others.length + 1);
  const after = others.slice(Math.max(0, index - NEIGHBOURS), index).reverse();
  const before = others.slice(index, index + NEIGHBOURS);
  return { kind, item: item.id, after, before, about };
}

/** Discard or retry something that failed, or take back what waits. @param {Tab} tab */
export async function reconsider(tab) {
  const { chance, log } = tab.world;
  const { outbox } = tab.app;
  const all = await outbox.queue();
  if (!all.length || tab.isDead) return;
  const queued = chance.oneOf(all);
  if (queued.state === "failed" && chance.happens(0.6)) {
    log(`${tab.name} retries ${queued.operation.kind}`);
    await outbox.retry(queued);
    await outbox.drain();
  } else {
    log(`${tab.name} discards ${queued.operation.kind} (${queued.state})`);
    tab.device.discarded.push(queued.operation.id);
    await outbox.discard(queued);
  }
}

// --- who is logged in -------------------------------------------------------------------------------

/** Log out, in a tab, which goes on to the next page. @param {Device} device */
export async function logOut(device) {
  const [tab] = device.tabs.filter((one) => !one.isWorker);
  if (!device.person || !tab) return;
  device.world.log(`${tab.name} logs out`);
  await tab.app.database.farewell();
  await endSession(device);
  device.close(tab);
  await openPage(device);
}

/** The session ends, and the browser does not know it yet. @param {Device} device */
export async function endSession(device) {
  const me = await device.world.http.ask(device, "GET", "users/me").catch(() => null);
  if (me?.status !== 200) return; // no server
  const headers = { "X-CSRF-Token": JSON.parse(me.text).csrf_token };
  const done = await device.world.http
    .ask(device, "POST", "users/logout", { headers })
    .catch(() => null); // killed while it was asked: the session may be over or not
  if (!done || done.status === 204) device.person = null;
}

/** @param {Device} device @param {string} id the person's */
export async function logIn(device, id) {
  const { world } = device;
  const { username, password } = world.people[id];
  device.cookies = new Map();
  const body = JSON.stringify({ username, password });
  const headers = { "Content-Type": "application/json" };
  const done = await world.http
    .ask(device, "POST", "users/login", { body, headers })
    .catch(() => null);
  device.person = done?.status === 200 ? id : null;
  world.log(`${device.name} ${device.person ? "is" : "could not become"} ${username}`);
}
