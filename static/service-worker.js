// The worker's first file. The server points the import at the folder of its version
// (playlist_app/offline/routes.py), so that this file's bytes change whenever any of ours do.
import "./js/worker/main.js";
