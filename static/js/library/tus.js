// Resumable uploads as the server speaks them (tus 1.0.0): begin, send a piece, finish, cancel.
// Every one of these is safe to send twice.

import { call, csrf, forgetToken, Refused, SignedOut, Unreachable } from "../api.js";
import { address } from "../site.js";

/** @typedef {{id: string, name: string, size_bytes: number, offset: number, sha256: string | null,
 *   modified: number | null, changed_at: string}} Upload */

const TUS = { "Tus-Resumable": "1.0.0" };
const PIECE_PATIENCE = 45_000; // milliseconds; the server stops listening after 30 seconds
const FINISH_PATIENCE = 150_000; // it looks into a file for two minutes at most

/** @param {string} text as UTF-8 in Base64 */
function encoded(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** Begin, or go on with what is there of the same bytes.
 * @param {File} file @param {string} sha256 @returns {Promise<Upload>} */
export function begin(file, sha256) {
  const said = { filename: file.name, sha256, modified: String(file.lastModified) };
  const pairs = Object.entries(said).map(([name, value]) => `${name} ${encoded(value)}`);
  const headers = {
    ...TUS,
    "Upload-Length": String(file.size),
    "Upload-Metadata": pairs.join(","),
  };
  return call("POST", "uploads", undefined, { headers });
}

/** @param {string} id @returns {Promise<Upload>} */
export function look(id) {
  return call("GET", `uploads/${id}`);
}

/** @param {string} id */
export function cancel(id) {
  return call("DELETE", `uploads/${id}`, undefined, { headers: TUS });
}

/** Let the server look into the file; answers the track. @param {string} id */
export function finish(id) {
  return call("POST", `uploads/${id}/finish`, undefined, { patience: FINISH_PATIENCE });
}

/** The unfinished ones, and how much may be stored.
 * @returns {Promise<{items: Upload[], storage: {used_bytes: number, limit_bytes: number | null}}>} */
export function unfinished() {
  return call("GET", "uploads");
}

/**
 * Send a piece; answers the new offset. By XMLHttpRequest, as fetch does not say how much was sent.
 * @param {string} id
 * @param {number} at
 * @param {ArrayBuffer} bytes
 * @param {(sent: number) => void} progress bytes of this piece
 * @param {AbortSignal} signal
 * @returns {Promise<number>}
 * @throws {Unreachable | SignedOut | Refused}
 */
export async function send(id, at, bytes, progress, signal) {
  const token = await csrf();
  const request = new XMLHttpRequest();
  await new Promise((done) => {
    request.open("PATCH", address(`api/v1/uploads/${id}`));
    request.timeout = PIECE_PATIENCE;
    const headers = {
      ...TUS,
      Accept: "application/json",
      "Content-Type": "application/offset+octet-stream",
      "Upload-Offset": String(at),
      "X-CSRF-Token": token,
    };
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => progress(loaded);
    request.onloadend = done;
    signal.addEventListener("abort", () => request.abort(), { once: true });
    if (signal.aborted) done(undefined);
    else request.send(bytes);
  });
  signal.throwIfAborted();
  return answered(request);
}

/** @param {XMLHttpRequest} request */
function answered(request) {
  const { status } = request;
  if (status === 204) return Number(request.getResponseHeader("Upload-Offset"));
  if (!status) throw new Unreachable("The connection broke off.");
  if (status === 401) throw new SignedOut("Log in first.");
  const problem = parsed(request.responseText);
  if (status === 400 && problem?.csrf) forgetToken();
  throw new Refused(status, problem);
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // what a proxy says
  }
}
