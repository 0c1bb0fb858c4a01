// One schedule: steps by chance while everything goes wrong; then all come online, everything drains,
// and what the devices show is compared with what the server has.

import {
  change,
  endSession,
  logIn,
  logOut,
  openPage,
  readList,
  reconsider,
  troubled,
} from "./acts.js";

/** @typedef {import("./world.js").World} World */
/** @typedef {import("./device.js").Device} Device */
/** @typedef {import("./tab.js").Tab} Tab */

const STEPS = 60;
const MOST_TABS = 3;
const ROUNDS = 150; // until all must be sent, once nothing goes wrong any more

// How often what happens.
const HAPPENS = {
  change: 26,
  carry: 26,
  arrive: 6,
  stray: 3,
  pump: 10,
  time: 10,
  network: 6,
  focus: 3,
  open: 3,
  close: 3,
  sync: 4,
  reconsider: 2,
  "session ends": 1,
  "log out": 1,
  "log in": 3,
  kill: 1,
};

/** @typedef {(last: () => Promise<unknown>) => Promise<void>} Kill */

/** @param {World} world @param {string[]} people ids
 * @param {{kill: Kill, undisturbed: (end: () => Promise<void>) => Promise<void>}} lane */
export async function run(world, people, { kill, undisturbed }) {
  const { chance, devices } = world;
  for (const device of devices) await openPage(device);
  for (let step = 0; step < STEPS; step += 1) {
    const what = chance.weighed(HAPPENS);
    await STEP[what](world, chance.oneOf(devices), people, kill);
    // Mostly all comes to rest; now and then the next thing happens in the middle of it.
    if (chance.happens(0.3)) await world.turns(chance.upTo(15));
    else await world.quiet();
  }
  await undisturbed(async () => {
    await settle(world);
    await compare(world);
  });
}

/** @type {Record<keyof typeof HAPPENS, (world: World, device: Device, people: string[],
 *   kill: Kill) => unknown>} */
const STEP = {
  change: ({ chance }, { tabs }) => {
    const pages = tabs.filter((tab) => !tab.isWorker);
    if (pages.length) change(chance.oneOf(pages));
  },
  carry: ({ network }) => network.carry(),
  arrive: ({ network }) => network.arrive(),
  stray: ({ network }) => network.stray(),
  pump: (world) => {
    const sockets = world.openTabs.flatMap((tab) => tab.sockets.filter((one) => !one.isOver));
    if (sockets.length) return world.chance.oneOf(sockets).pump();
  },
  time: (world) => world.pass(world.chance.oneOf([100, 800, 3000, 15_000, 60_000])),
  network: (_, device) => turnNetwork(device, !device.isOnline),
  focus: ({ chance }, { tabs }) => {
    if (tabs.length) chance.oneOf(tabs).fire(chance.oneOf(["focus", "pageshow"]));
  },
  open: (_, device) => {
    if (device.tabs.filter((tab) => !tab.isWorker).length < MOST_TABS) return openPage(device);
  },
  close: ({ chance, log }, device) => {
    if (!device.tabs.length) return;
    const tab = chance.oneOf(device.tabs);
    log(`${tab.name} is closed`);
    device.close(tab);
  },
  sync: (_, device) => backgroundSync(device),
  reconsider: ({ chance }, { tabs }) => {
    const pages = tabs.filter((tab) => !tab.isWorker);
    if (!pages.length) return;
    const tab = chance.oneOf(pages);
    reconsider(tab).catch((error) => troubled(tab, error));
  },
  "session ends": (_, device) => device.isOnline && endSession(device),
  "log out": (_, device) => device.isOnline && logOut(device),
  "log in": async ({ chance }, device, people) => {
    if (device.person || !device.isOnline) return;
    await logIn(device, chance.oneOf(people));
    if (device.person) await openPage(device); // as the page of the log-in leads on to one
  },
  kill: async ({ network, log, chance }, _, __, kill) => {
    if (!chance.happens(0.1)) return;
    await kill(() => {
      log("the server is killed");
      return Promise.all([network.carry(), network.carry()]);
    });
  },
};

/** @param {Device} device @param {boolean} isOnline */
function turnNetwork(device, isOnline) {
  if (device.isOnline === isOnline) return;
  device.isOnline = isOnline;
  device.world.log(`${device.name} is ${isOnline ? "online" : "offline"}`);
  for (const tab of device.tabs) tab.fire(isOnline ? "online" : "offline");
}

/** The browser wakes the worker, which may be stopped in the middle. @param {Device} device */
async function backgroundSync(device) {
  if (!device.wantsSync || !device.isOnline || device.tabs.some((tab) => tab.isWorker)) return;
  const worker = await device.open({ isWorker: true });
  device.world.log(`${worker.name} is woken`);
  worker.app.sending.sendInBackground().then(
    () => {
      device.wantsSync = false;
      device.close(worker);
    },
    () => device.close(worker),
  );
}

// --- the end ------------------------------------------------------------------------------------------

/** All come online and everything is sent. @param {World} world */
async function settle(world) {
  const { network, devices } = world;
  world.log("--- from here on nothing goes wrong");
  network.isBad = false;
  for (const device of devices) {
    turnNetwork(device, true);
    for (const tab of device.tabs.filter((one) => one.isWorker)) device.close(tab);
  }
  while (network.strays.length) await network.stray();
  for (const device of devices) {
    for (const person of device.people) await sendAllOf(device, person);
    if (!device.person) await logIn(device, device.people[0] ?? Object.keys(world.people)[0]);
    if (!device.tabs.some((tab) => isShown(tab) && tab.rooms.size)) await openPage(device);
  }
  await follow(world);
  // Somebody turns to each: what they voted on another device of theirs is not in the events.
  for (const tab of world.openTabs) tab.fire("focus");
  await follow(world);
}

/** @param {Device} device @param {string} person */
async function sendAllOf(device, person) {
  const { world } = device;
  for (let round = 0; round < ROUNDS; round += 1) {
    await world.quiet();
    const waits = (await device.stored(person, "operations")).some(
      ({ state }) => state === "waiting",
    );
    if (!waits) return;
    if (device.person !== person) await logIn(device, person);
    if (!(await isHere(device, person))) await openPage(device);
    while (world.network.held.length) world.network.arrive();
    while (world.network.asked.length) {
      await world.network.carry();
      await world.quiet();
    }
    world.pass(20_000);
  }
  throw new Error(`${device.name} does not send what waits`);
}

/** Whether a page shows a person, and the device knows that it is them. @param {Device} device
 * @param {string} person */
async function isHere(device, person) {
  const [tab] = device.tabs.filter(isShown);
  return tab && (await tab.app.database.person())?.id === person;
}

/** Whether a tab shows who is logged in. @param {Tab} tab */
function isShown(tab) {
  return !tab.isWorker && tab.shownFor !== null && tab.shownFor === tab.device.person;
}

/** Until no tab is told anything new. @param {World} world */
async function follow(world) {
  for (let round = 0; round < ROUNDS; round += 1) {
    await world.quiet();
    let isNews = world.network.asked.length > 0;
    while (world.network.held.length) world.network.arrive();
    while (world.network.asked.length) {
      await world.network.carry();
      await world.quiet();
    }
    world.pass(20_000); // a socket that is closed is opened again
    await world.quiet();
    const asked = new Map();
    for (const tab of world.openTabs.filter(isShown)) {
      for (const socket of tab.sockets.filter((one) => !one.isOver)) {
        isNews = (await socket.pump(asked)) || isNews;
      }
      const isLive = [...tab.rooms.values()].every((room) => room.channel.state === "live");
      isNews ||= !isLive;
    }
    if (!isNews && round > 0) return;
  }
  const states = world.openTabs.map((tab) => [
    tab.name,
    ...[...tab.rooms.values()].map((room) => room.channel.state),
  ]);
  throw new Error(`the devices do not come to rest: ${states.join(" ")}`);
}

/** Every page shows what the server has, for whom it shows it. @param {World} world */
async function compare(world) {
  /** What each person is told by now. @type {Map<string, any>} */
  const truths = new Map();
  for (const tab of world.openTabs.filter(isShown)) {
    const observer = { cookies: world.people[/** @type {string} */ (tab.shownFor)].cookies, world };
    for (const [id, room] of tab.rooms) {
      const key = `${tab.shownFor} ${id}`;
      if (!truths.has(key)) truths.set(key, await readList(observer, id));
      const truth = truths.get(key);
      // The shell gives way to a page as soon as the server answers; it asks for no votes itself.
      const isShell = tab.person === null;
      const has = told(truth.items, isShell);
      const shows = told(room.model.shown(), isShell);
      if (has !== shows) {
        throw new Error(`${tab.name} shows\n${shows}\nwhere the server has\n${has}`);
      }
      if (room.model.playlist.title !== truth.playlist.title) {
        const { title } = room.model.playlist;
        throw new Error(`${tab.name} shows “${title}” for “${truth.playlist.title}”`);
      }
    }
  }
}

/** @param {any[]} items @param {boolean} isShell */
function told(items, isShell) {
  return items
    .map(({ id, track, votes, up, down, my_vote, pending, leaving }) =>
      [
        id.slice(0, 8),
        track.title,
        votes,
        up,
        down,
        isShell ? "?" : (my_vote ?? "-"),
        pending && "PENDING",
        leaving && "LEAVING",
      ]
        .filter((one) => one !== undefined)
        .join(" "),
    )
    .join("\n");
}

/** What the devices accepted, and what is there of it in the end. @param {World} world */
export async function report(world) {
  const { devices, network } = world;
  const all = [];
  for (const device of devices) {
    for (const person of device.people) {
      all.push({
        device: device.name,
        person,
        accepted: device.accepted.filter((one) => one.person === person),
        queue: await device.stored(person, "operations"),
        merged: await device.stored(person, "merged"),
        discarded: device.discarded,
      });
    }
  }
  return { outboxes: all, sent: [...network.sent] };
}
