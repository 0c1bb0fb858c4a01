// The world of one schedule: three devices, a network, a clock that moves when it is told to, and the
// real server.

import { chance } from "./chance.js";
import { Device } from "./device.js";
import { Network } from "./network.js";

export class World {
  /** @param {number} seed
   * @param {{http: import("./http.js").Http, mutations: any, people: any, lists: any[],
   * tracks: any[]}} setting */
  constructor(seed, { http, mutations, people, lists, tracks }) {
    this.seed = seed;
    this.chance = chance(seed);
    this.http = http;
    this.mutations = mutations;
    /** By name: {id, password, observer}. */
    this.people = people;
    this.lists = lists;
    this.tracks = tracks;
    this.now = Date.now();
    /** Moves on with whatever a tab does: while it does, nothing is quiet. */
    this.stirs = 0;
    this.network = new Network(this);
    /** @type {string[]} */
    this.lines = [];
    /** What a living tab did not expect. @type {string[]} */
    this.faults = [];
    this.tabs = 0;
    this.timers = 0;
    this.instants = 0;
    this.log = (/** @type {string} */ line) => {
      this.lines.push(line);
    };
    this.devices = ["A", "B", "C"].map((name) => new Device(this, name));
  }

  nextTab() {
    this.tabs += 1;
    return this.tabs;
  }

  nextTimer() {
    this.timers += 1;
    return this.timers;
  }

  /** As performance.now(): it never stands still. */
  instant() {
    this.instants += 1;
    return this.now + this.instants / 100;
  }

  /** @returns {import("./tab.js").Tab[]} */
  get openTabs() {
    return this.devices.flatMap((device) => device.tabs);
  }

  /** So many turns of the loop, and no more: what is under way stays so. @param {number} count */
  async turns(count) {
    for (let turn = 0; turn < count; turn += 1) await turned();
  }

  /** Until no tab does anything any more without being answered. */
  async quiet() {
    for (let calm = 0; calm < 5; calm += 1) {
      const before = this.stirs;
      await turned();
      if (this.stirs !== before || this.devices.some((device) => device.isBusy)) calm = 0;
    }
  }

  /** Time passes. @param {number} milliseconds */
  pass(milliseconds) {
    this.now += milliseconds;
    for (const tab of this.openTabs) tab.tick();
  }
}

function turned() {
  return new Promise((resolve) => setImmediate(resolve));
}
