// A worker of its own that computes the SHA-256 of whole files, some of a file at a time, so that a
// large one costs no memory. Not crypto.subtle: it takes a file only as a whole, and is not there on a
// page over plain HTTP, as at home.

import { sha256 } from "../../vendor/noble/sha2.js";

const BLOCK = 4 * 1024 * 1024;

const worker = /** @type {any} */ (self);

worker.onmessage = async (/** @type {MessageEvent<File>} */ { data: file }) => {
  try {
    const hash = sha256.create();
    for (let at = 0; at < file.size; at += BLOCK) {
      hash.update(new Uint8Array(await file.slice(at, at + BLOCK).arrayBuffer()));
      worker.postMessage({ done: Math.min(at + BLOCK, file.size) });
    }
    const hex = Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, "0")).join("");
    worker.postMessage({ sha256: hex });
  } catch (error) {
    worker.postMessage({ error: String(error) }); // the file is gone, or was changed
  }
};
