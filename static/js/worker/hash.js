// A worker of its own that computes the SHA-256 of whole files. Songs go to the browser's own code,
// which is ten times as fast but takes a file only in one piece, and is not there on a page over plain
// HTTP, as at home; larger files, and those pages, are read a block at a time, which costs no memory.

import { sha256 } from "../../vendor/noble/sha2.js";

const BLOCK = 4 * 1024 * 1024;
const IN_ONE_PIECE = 64 * 1024 * 1024;

const worker = /** @type {any} */ (self);

worker.onmessage = async (/** @type {MessageEvent<File>} */ { data: file }) => {
  try {
    const isSong = file.size <= IN_ONE_PIECE && crypto.subtle;
    const digest = await (isSong ? atOnce(file) : inBlocks(file));
    const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    worker.postMessage({ sha256: hex });
  } catch (error) {
    worker.postMessage({ error: String(error) }); // the file is gone, or was changed
  }
};

/** @param {File} file */
async function atOnce(file) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
}

/** @param {File} file */
async function inBlocks(file) {
  const hash = sha256.create();
  for (let at = 0; at < file.size; at += BLOCK) {
    hash.update(new Uint8Array(await file.slice(at, at + BLOCK).arrayBuffer()));
    worker.postMessage({ done: Math.min(at + BLOCK, file.size) });
  }
  return hash.digest();
}
