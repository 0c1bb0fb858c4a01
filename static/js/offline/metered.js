// Whether the connection is paid for by the byte. Only some browsers tell; of the others one that costs
// nothing is assumed.

/** @param {{saveData?: boolean, type?: string}} [connection] the browser's own, unless a test says another */
export function costsMoney(connection = /** @type {any} */ (globalThis.navigator)?.connection) {
  return connection?.saveData === true || connection?.type === "cellular";
}
