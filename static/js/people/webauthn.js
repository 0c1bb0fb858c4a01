// Passkeys as the server speaks of them (JSON, with bytes in base64url) and as browsers take them.

/** Whether a passkey can be used here: browsers have them on HTTPS alone, and on this machine. */
export function canUsePasskeys() {
  return Boolean(globalThis.PublicKeyCredential && globalThis.navigator?.credentials?.get);
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export function toBytes(text) {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
}

/** @param {ArrayBuffer} bytes */
export function toText(bytes) {
  const signs = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte));
  return btoa(signs.join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {{id: string}[]} [known] */
function described(known = []) {
  return known.map((one) => ({ ...one, id: toBytes(one.id) }));
}

/**
 * Have the device make a key.
 * @param {any} options of the server
 */
export async function make(options) {
  const made = /** @type {any} */ (
    await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: toBytes(options.challenge),
        user: { ...options.user, id: toBytes(options.user.id) },
        excludeCredentials: described(options.excludeCredentials),
      },
    })
  );
  return {
    ...named(made),
    response: {
      clientDataJSON: toText(made.response.clientDataJSON),
      attestationObject: toText(made.response.attestationObject),
      transports: made.response.getTransports?.() ?? [],
    },
  };
}

/**
 * Have the device sign with a key that it has.
 * @param {any} options of the server
 */
export async function sign(options) {
  const signed = /** @type {any} */ (
    await navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: toBytes(options.challenge),
        allowCredentials: described(options.allowCredentials),
      },
    })
  );
  const { clientDataJSON, authenticatorData, signature, userHandle } = signed.response;
  return {
    ...named(signed),
    response: {
      clientDataJSON: toText(clientDataJSON),
      authenticatorData: toText(authenticatorData),
      signature: toText(signature),
      userHandle: userHandle ? toText(userHandle) : null,
    },
  };
}

/** @param {any} credential */
function named(credential) {
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}
