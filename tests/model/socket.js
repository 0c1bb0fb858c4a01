// A socket of the live channel as a page sees it. Its frames are asked of the server's
// `GET …/events`, which answers what the channel would have sent, when the schedule says so.

export class Socket {
  static OPEN = 1;
  readyState = 0;
  isOver = false;
  /** @type {((event: {data: string}) => void) | null} */
  onmessage = null;
  /** @type {((event: {code: number}) => void) | null} */
  onclose = null;

  /** @param {import("./tab.js").Tab} tab @param {URL} url */
  constructor(tab, url) {
    this.tab = tab;
    this.playlist = url.pathname.split("/").pop();
    this.cursor = Number(url.searchParams.get("since"));
    tab.sockets.push(this);
    tab.world.stirs += 1;
  }

  /** @param {string} text */
  send(text) {
    const { type, payload } = JSON.parse(text);
    const { world } = this.tab;
    const server_time = new Date(world.now).toISOString();
    if (type === "ping") {
      setImmediate(() => this.#say({ type: "pong", payload: { ts: payload.ts, server_time } }));
    }
  }

  close() {
    this.isOver = true;
  }

  /** @param {object} frame */
  #say(frame) {
    if (!this.isOver && !this.tab.isDead) this.onmessage?.({ data: JSON.stringify(frame) });
  }

  /** @param {number} code */
  #hangUp(code) {
    if (this.isOver || this.tab.isDead) return;
    this.isOver = true;
    this.readyState = 3;
    this.onclose?.({ code });
  }

  /** Bring what happened. Answers whether it was news.
   * @param {Map<string, any>} [asked] what was asked just now: many sockets ask for the same */
  async pump(asked = new Map()) {
    if (this.isOver || this.tab.isDead) return false;
    const { device, world } = this.tab;
    const path = `playlists/${this.playlist}/events?since=${this.cursor}`;
    const key = `${device.person} ${path}`;
    if (!asked.has(key)) {
      const asking = device.isOnline ? world.http.ask(device, "GET", path) : Promise.reject();
      asked.set(key, await asking.catch(() => null));
    }
    const answer = asked.get(key);
    if (this.isOver || this.tab.isDead) return false;
    if (!answer || (answer.status !== 200 && answer.status !== 410)) {
      world.log(`${this.tab.name} loses its socket: ${answer?.status} ${path}`);
      this.#hangUp(answer && this.readyState === 1 ? 1008 : 1006);
      return true;
    }
    const isNew = this.readyState === 0;
    if (isNew) this.#established();
    const { items, seq } = JSON.parse(answer.text);
    if (answer.status === 410) this.#say({ type: "resync", payload: {} });
    else for (const event of items) this.#say(event);
    this.cursor = seq ?? this.cursor;
    return isNew || items?.length > 0;
  }

  #established() {
    this.readyState = 1;
    const server_time = new Date(this.tab.world.now).toISOString();
    const payload = { seq: this.cursor, epoch: "the only one", server_time, you: { role: null } };
    this.#say({ type: "connection.established", payload });
  }
}
