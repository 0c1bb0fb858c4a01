// What every page of the app loads. The player first: pages that come after it tell it what they show.

import "./player/jam-player.js";
import "./live/me.js";
import "./live/connection-state.js";
import "./pages/toast-line.js";
import "./pages/navigation.js";
import "./pages/sheet.js";
import "./pages/keyboard.js";
import "./pages/local-times.js";
import "./pages/requests.js";
import "./playlists/jam-playlist.js";
import "./playlists/search-to-add.js";
import "./playlists/page-actions.js";
import "./library/upload-box.js";
import "./imports/import-queue.js";
import "./imports/look-choice.js";
import "./imports/look-wait.js";
import "./imports/kept-links.js";
import "./library/track-selection.js";
import "./offline/take-along.js";
import "./offline/downloads-list.js";
import "./offline/sync-list.js";
import "./offline/offline-page.js";
import "./offline/install-help.js";
import "./offline/device.js";
