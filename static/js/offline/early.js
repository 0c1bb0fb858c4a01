// What the shell loads first of all: what it is about to show is read while the rest of the app loads.

import { withinApp } from "../site.js";
import { pageAt } from "./page-at.js";
import { readAhead } from "./reading-ahead.js";

const at = pageAt(withinApp(location.pathname));
if (at?.name === "playlist") readAhead(at.id);
