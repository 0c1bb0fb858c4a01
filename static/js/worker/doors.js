// The doors of the app: who logs in or out by a plain form, and what is answered while a log-out
// waits to be told to the server.

import { announce, farewell, person, setFact } from "../offline/database.js";
import { settleLogOut } from "../offline/leaving.js";
import { shell } from "./shell.js";
import { isWayIn } from "./ways-in.js";

/**
 * A form of a door, on its way to the server. Whoever was here is not any more, from that moment on: who
 * is instead, the page says that they get. Without network a log-out hides everything all the same.
 * @param {Request} request @param {string} path
 */
export async function door(request, path) {
  const me = await person().catch(() => null); // where nothing can be kept, nothing is to be hidden
  if (isWayIn(path)) {
    const response = await fetch(request);
    // What leads on is a log-in; a wrong password gets a page.
    if (response.type === "opaqueredirect" && me) await farewell();
    if (response.type === "opaqueredirect") await setFact("logOut", null).catch(() => {});
    return response;
  }
  if (me) {
    await setFact("logOut", { person: me.id });
    await farewell();
    announce("left", { person: me.id });
  }
  try {
    const response = await fetch(request);
    if (response.type === "opaqueredirect") await setFact("logOut", null).catch(() => {});
    return response;
  } catch {
    return shell();
  }
}

/**
 * Answer a request, once no log-out waits to be told to the server: its cookie still opens what
 * somebody has left.
 * @param {() => Promise<Response>} answer
 * @param {() => Promise<Response> | Response} instead
 */
export async function unlessLeft(answer, instead = () => Response.error()) {
  // Without IndexedDB nobody can have logged out but by the server.
  const isSettled = await settleLogOut().catch(() => true);
  return isSettled ? answer() : instead();
}
