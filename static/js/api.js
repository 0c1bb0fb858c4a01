// Calls to the server's API, from pages and from the worker.

import { address, personOnPage } from "./site.js";

/** No answer: no network, or a server that can't be reached. */
export class Unreachable extends Error {}

/** The server answered: not for who isn't logged in. */
export class SignedOut extends Error {}

/** The server said no. */
export class Refused extends Error {
  /** @param {number} status @param {any} problem problem+json @param {number} [wait] */
  constructor(status, problem, wait = 0) {
    super(problem?.detail ?? `The server answered ${status}.`);
    this.status = status;
    this.problem = problem;
    /** How long the server asks to be left alone, in milliseconds. */
    this.wait = wait;
  }
}

/** Who a call is made for: in a browser where somebody else is logged in by now, the server refuses it. */
export const FOR = "X-Jamboree-Person";

const PATIENCE = 10_000; // milliseconds

/** @type {string | undefined} */
let token =
  globalThis.document?.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? undefined;

/** The token of unsafe calls, asked for anew where there is none or it is no longer right. */
export async function csrf() {
  if (!token) token = (await call("GET", "users/me")).csrf_token;
  return token ?? "";
}

/** The token was another session's: the next unsafe call asks for its own. */
export function forgetToken() {
  token = undefined;
}

/**
 * @typedef {object} Options
 * @property {string} [key] the Idempotency-Key
 * @property {number} [patience] milliseconds
 * @property {Record<string, string>} [headers]
 * @property {boolean} [isLeaving] the page goes: the call is to outlive it
 * @property {boolean} [isFresh] the browser's own cache is not asked
 */

/**
 * Call the API; answers its JSON, or null.
 * @param {string} method
 * @param {string} path below /api/v1/
 * @param {unknown} [body] sent as JSON; bytes as they are
 * @param {Options} [options]
 * @returns {Promise<any>}
 * @throws {Unreachable | SignedOut | Refused}
 */
export async function call(method, path, body, options = {}) {
  let { response, answer } = await asked(method, path, body, options);
  if (response.status === 400 && answer?.csrf && token && method !== "GET") {
    forgetToken();
    ({ response, answer } = await asked(method, path, body, options));
  }
  if (response.ok) return answer;
  if (response.status === 401) throw new SignedOut("Log in first.");
  throw new Refused(response.status, answer, waitOf(response.headers));
}

/** One question and its answer, which may break off in the middle.
 * @param {string} method @param {string} path @param {unknown} body @param {Options} options */
async function asked(method, path, body, options) {
  const response = await send(method, path, body, options);
  return { response, answer: parsed(await response.text().catch(cutShort)) };
}

/** What `Retry-After` says, in milliseconds: seconds, or a date by the server's own clock.
 * @param {Headers} headers */
export function waitOf(headers) {
  const after = headers.get("Retry-After") ?? "";
  if (/^\d+$/.test(after)) return Number(after) * 1000;
  const wait = Date.parse(after) - Date.parse(headers.get("Date") ?? "");
  return wait > 0 ? wait : 0;
}

/**
 * Read what may be known already: answers null where it is still what it was when it had this ETag.
 * @param {string} path below /api/v1/
 * @param {string | undefined} etag
 * @param {Options} [options]
 * @returns {Promise<{answer: any, etag: string | undefined} | null>}
 * @throws {Unreachable | SignedOut | Refused}
 */
export async function callUnlessKnown(path, etag, options = {}) {
  const headers = { ...options.headers, ...(etag && { "If-None-Match": etag }) };
  const response = await send("GET", path, undefined, { ...options, headers, isFresh: true });
  if (response.status === 304) return null;
  if (response.status === 401) throw new SignedOut("Log in first.");
  const answer = parsed(await response.text().catch(cutShort));
  if (!response.ok) throw new Refused(response.status, answer);
  if (answer === null) throw new Unreachable("What came was cut short.");
  return { answer, etag: response.headers.get("ETag") ?? undefined };
}

/** @param {unknown} error @returns {never} */
function cutShort(error) {
  throw new Unreachable(String(error));
}

/** What was answered; null where it is no JSON, as what a proxy says when the server is away.
 * @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param {string} method @param {string} path @param {unknown} body @param {Options} options */
async function send(method, path, body, options) {
  const { key, patience = PATIENCE, isLeaving = false, isFresh = false } = options;
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json", ...options.headers };
  const isBytes = body instanceof Uint8Array;
  if (body !== undefined) {
    headers["Content-Type"] = isBytes ? "application/octet-stream" : "application/json";
  }
  if (key) headers["Idempotency-Key"] = key;
  const me = globalThis.document && personOnPage();
  if (me) headers[FOR] ??= me.id;
  if (method !== "GET") headers["X-CSRF-Token"] = await csrf();
  try {
    return await fetch(address(`api/v1/${path}`), {
      method,
      headers,
      body: isBytes
        ? /** @type {Uint8Array<ArrayBuffer>} */ (body)
        : body === undefined
          ? undefined
          : JSON.stringify(body),
      signal: AbortSignal.timeout(patience),
      keepalive: isLeaving,
      cache: isFresh ? "no-store" : "default",
    });
  } catch (error) {
    throw new Unreachable(String(error));
  }
}

/** Whether the server answers at all; "online" of the browser says nothing about that. */
export async function reachable(patience = 4000) {
  try {
    const options = {
      signal: AbortSignal.timeout(patience),
      cache: /** @type {RequestCache} */ ("no-store"),
    };
    return (await fetch(address("healthz"), options)).ok;
  } catch {
    return false;
  }
}

/** No network, a server that does not answer, a session that ended: three different things.
 * @typedef {"offline" | "away" | "signed-out"} Wrong */

/** Why nothing gets through; null where it does. @returns {Promise<Wrong | null>} */
export async function whatIsWrong(patience = 4000) {
  if (!navigator.onLine) return "offline";
  try {
    await call("GET", "users/me", undefined, { patience });
    return null;
  } catch (error) {
    return error instanceof SignedOut ? "signed-out" : "away";
  }
}
