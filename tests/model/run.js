// Runs schedules of the model test, several side by side, as tests/model/test_model.py asks for on the
// standard input: one line of JSON to begin with, then "up" each time that the server was started
// again. Answers lines of JSON: {"kill": true}, {"done": seed, …}.

import readline from "node:readline";
import { logIn } from "./acts.js";
import { Http } from "./http.js";
import { report, run } from "./schedule.js";
import { World } from "./world.js";

const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const setting = JSON.parse((await lines.next()).value);
const http = new Http(setting.server);

/** @param {object} message */
function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** @type {Promise<void> | null} */
let killing = null;
let settling = 0;
let settled = () => {};

/** Have the server killed while `last` is under way, and started again: for all lanes, but not while
 * one of them trusts that nothing goes wrong any more. @param {() => Promise<unknown>} last */
async function kill(last) {
  killing ??= (async () => {
    if (settling) {
      await new Promise((resolve) => {
        settled = () => resolve(null);
      });
    }
    const underWay = last();
    say({ kill: true });
    await lines.next();
    await underWay;
    killing = null;
  })();
  await killing;
}

/** @param {() => Promise<void>} end */
async function undisturbed(end) {
  while (killing) await killing;
  settling += 1;
  try {
    await end();
  } finally {
    settling -= 1;
    if (!settling) settled();
  }
}

// What a closed tab still does in the void fails, as it should.
process.on("unhandledRejection", (/** @type {any} */ error) => {
  if (!["InvalidStateError", "AbortError", "TransactionInactiveError"].includes(error?.name)) {
    say({ stray: String(error?.stack ?? error) });
  }
});

// Python is gone: it found something.
process.stdout.on("error", () => process.exit(1));

const mutations = new Set(setting.mutations.world);
Object.assign(mutations, { sources: setting.mutations.sources });

const people = setting.people;
for (const id of Object.keys(people)) {
  const observer = {
    cookies: new Map(),
    person: null,
    name: "observer",
    world: { http, people, log() {} },
  };
  await logIn(/** @type {any} */ (observer), id);
  people[id].cookies = observer.cookies;
}

/** Sessions that a lane's devices go on with. @param {string[]} ids */
async function lane(ids) {
  const [alice, bob] = ids;
  /** @type {{person: string | null, cookies: Map<string, string>}[]} */
  const kept = [alice, alice, bob].map((person) => ({ person, cookies: new Map() }));
  for (let task = setting.schedules.shift(); task; task = setting.schedules.shift()) {
    const world = new World(task.seed, {
      http,
      mutations,
      people,
      ...task,
      tracks: setting.tracks,
    });
    for (const [index, device] of world.devices.entries()) {
      const first = [alice, alice, bob][index];
      Object.assign(device, kept[index]);
      if (device.person !== first) await logIn(device, first);
      if (!device.cookies.size) await logIn(device, first);
    }
    let failed = null;
    try {
      await run(world, ids, { kill, undisturbed });
    } catch (/** @type {any} */ error) {
      failed = String(error?.stack ?? error);
    }
    failed ??= world.faults[0] ?? null;
    const result = await report(world).catch((error) => ({ unreadable: String(error) }));
    for (const tab of world.openTabs) tab.device.close(tab);
    for (const [index, { person, cookies }] of world.devices.entries()) {
      kept[index] = { person, cookies };
    }
    say({ done: task.seed, failed, log: world.lines, ...result });
  }
}

await Promise.all(Array.from({ length: setting.lanes }, () => lane(Object.keys(people))));
say({ end: true, requests: http.count });
process.exit(0);
