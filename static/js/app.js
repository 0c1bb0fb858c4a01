// What every page of the app loads before anything else: what plays, the list, and pages without network.
// The rest is in later.js. The player first: pages that come after it tell it what they show.

import "./plain-http.js";
import "./player/jam-player.js";
import "./player/track-menu.js";
import "./live/me.js";
import "./live/connection-state.js";
import "./pages/toast-line.js";
import "./pages/navigation.js";
import "./pages/sheet.js";
import "./pages/keyboard.js";
import "./pages/local-times.js";
import "./pages/requests.js";
import "./playlists/jam-playlist.js";
import "./offline/offline-page.js";
