// Audio for the player: from the chunks on this device, or passed through.

import { forget, kept, read, used } from "../offline/chunks.js";
import { endOfWhatIsHere, parseRange } from "../offline/range.js";
import { isMine } from "../offline/references.js";
import { keepPassing } from "../offline/unpinned.js";

/** Chunks that an open range asks of the network at once: a player that stops reading would hold a
 * connection, and a thread of the server, for as long as it is paused. */
const CHUNKS = 2;
const CHUNK = 1024 * 1024;
const OPEN = /^bytes=(\d+)-$/;

const TYPES = /** @type {Record<string, string>} */ ({
  mp3: "audio/mpeg",
  m4a: "audio/mp4",
  ogg: "audio/ogg",
  opus: "audio/ogg",
  flac: "audio/flac",
  wav: "audio/wav",
  aiff: "audio/aiff",
  wma: "audio/x-ms-wma",
  webm: "audio/webm",
  mka: "audio/x-matroska",
  aac: "audio/aac",
  mp2: "audio/mpeg",
  wavpack: "audio/x-wavpack",
});

/**
 * Audio: from the chunks on this device, or passed through. Each answer is made here, also one that is
 * passed through: Chromium gives up on a track whose first range came from the network and whose next
 * comes from a worker (docs/decisions/0006-audio-in-chunks.md).
 * @param {any} event @param {string} sha256
 */
export async function audio(event, sha256) {
  const { request } = event;
  const asksForChunk = request.headers.get("X-Jamboree") === "take-along";
  // The page found what is here to be damaged.
  const isDamaged = new URL(request.url).searchParams.has("network");
  if (!asksForChunk && !isDamaged) {
    const here = await fileOfMine(sha256);
    const response = here && (await fromDevice(request, here));
    if (response) {
      event.waitUntil(used(sha256));
      return response;
    }
    if (here?.complete) await forget(sha256); // the browser threw some of it away: it is offered again
  }
  const passed = await fetch(asksForChunk ? request : inPieces(request));
  if (isPiece(request, passed) && !asksForChunk) {
    event.waitUntil(keepPassing(sha256, passed.clone()).catch(noted));
  }
  const { status, statusText, headers } = passed;
  return new Response(passed.body, { status, statusText, headers });
}

/** What a piece that plays could not be kept for: the player stopped taking it, or the device is full. It
 * plays all the same, and what is missing is fetched when it was played through.
 * @param {unknown} error */
function noted(error) {
  console.info("A piece was not kept.", error);
}

/** Whether an answer is a piece as `inPieces` asks for. A longer one would be held in memory whole.
 * @param {Request} request @param {Response} response */
function isPiece(request, response) {
  return response.status === 206 && OPEN.test(request.headers.get("Range") ?? "");
}

/** A file on this device, whole or not, if who is here may hear it. @param {string} sha256 */
async function fileOfMine(sha256) {
  const known = await kept(sha256);
  return known && (await isMine("hashes", sha256)) ? known : undefined;
}

/** The answer from what is here; null where it is not. Of a file that is not whole, as much from there on
 * as is here: the player comes back for the rest, and gets it passed through.
 * @param {Request} request @param {import("../offline/database.js").KeptAudio} known */
async function fromDevice(request, known) {
  let range = parseRange(request.headers.get("Range"), known.size);
  if (!known.complete) {
    const isOpen = OPEN.test(request.headers.get("Range") ?? "");
    const end = isOpen && typeof range === "object" ? endOfWhatIsHere(range.start, known) : 0;
    if (!end || typeof range === "string") return null;
    range = { start: range.start, end };
  }
  const headers = new Headers({
    "Accept-Ranges": "bytes",
    "Content-Type": TYPES[known.format] ?? "application/octet-stream",
    ETag: `"${known.sha256}"`,
  });
  if (range === "unsatisfiable") {
    headers.set("Content-Range", `bytes */${known.size}`);
    return new Response(null, { status: 416, headers });
  }
  const { start, end } = range === "whole" ? { start: 0, end: known.size } : range;
  const body = await read(known, { start, end });
  if (!body) return null;
  headers.set("Content-Length", String(end - start));
  if (range === "whole") return new Response(body, { headers });
  headers.set("Content-Range", `bytes ${start}-${end - 1}/${known.size}`);
  return new Response(body, { status: 206, statusText: "Partial Content", headers });
}

/** An open range ("from here to the end") asked for in pieces, which end where a chunk does; the player
 * comes back for the rest. @param {Request} request */
function inPieces(request) {
  const match = request.headers.get("Range")?.match(OPEN);
  if (!match) return request;
  const start = Number(match[1]);
  const end = (Math.floor(start / CHUNK) + CHUNKS) * CHUNK;
  const headers = new Headers(request.headers);
  headers.set("Range", `bytes=${start}-${end - 1}`);
  return new Request(request.url, { headers, credentials: "same-origin", signal: request.signal });
}
