// The way to the real server, without faults of its own: what the network makes of it is network.js.

import http from "node:http";

const PATIENCE = 30_000; // milliseconds

/** @typedef {{status: number, text: string, headers: Record<string, string>}} Answer */

export class Http {
  /** @param {string} server */
  constructor(server) {
    this.server = new URL(server);
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
    this.count = 0;
  }

  /**
   * Ask with these cookies, and keep those that come.
   * @param {{cookies: Map<string, string>}} who
   * @param {string} method @param {string} path below /api/v1/
   * @param {{body?: string, headers?: Record<string, string>}} [what]
   * @returns {Promise<Answer>}
   */
  async ask(who, method, path, { body, headers = {} } = {}) {
    const { cookies } = who; // a log-out gives a device new ones
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const { set, ...answer } = await this.#send(method, path, body, { ...headers, cookie });
    // What comes for a jar that was emptied meanwhile, by a log-out, is not put into the next one.
    for (const line of set) keep(cookies, line);
    return answer;
  }

  /** @param {string} method @param {string} path @param {string | undefined} body
   * @param {Record<string, string>} headers @returns {Promise<Answer & {set: string[]}>} */
  #send(method, path, body, headers) {
    this.count += 1;
    return new Promise((resolve, reject) => {
      const request = http.request(
        {
          agent: this.agent,
          host: this.server.hostname,
          port: this.server.port,
          method,
          path: `/api/v1/${path}`,
          headers: { Accept: "application/json", ...headers },
          timeout: PATIENCE,
        },
        (response) => {
          /** @type {Buffer[]} */
          const parts = [];
          response.on("data", (part) => parts.push(part));
          response.on("error", reject);
          response.on("aborted", () => reject(new Error("half an answer")));
          response.on("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              text: Buffer.concat(parts).toString(),
              headers: Object.fromEntries(
                Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
              ),
              set: response.headers["set-cookie"] ?? [],
            }),
          );
        },
      );
      request.on("timeout", () => request.destroy(new Error("no answer")));
      request.on("error", reject);
      request.end(body);
    });
  }
}

/** @param {Map<string, string>} cookies @param {string} line of Set-Cookie */
function keep(cookies, line) {
  const [pair] = line.split(";");
  const at = pair.indexOf("=");
  const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
  if (value) cookies.set(name, value);
  else cookies.delete(name);
}
