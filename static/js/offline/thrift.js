// Whether a connection is too dear or too slow for what nobody asked for. Only some browsers tell; the
// others are trusted with it.

const SLOW = new Set(["slow-2g", "2g", "3g"]);

/**
 * @param {{saveData?: boolean, type?: string, effectiveType?: string}} [connection] the browser's own,
 *   unless a test says another
 */
export function isThrifty(connection = /** @type {any} */ (globalThis.navigator)?.connection) {
  if (!connection) return false;
  const { saveData = false, type = "", effectiveType = "" } = connection;
  return saveData || type === "cellular" || SLOW.has(effectiveType);
}
