// js/assets.js is made by the server (playlist_app/assets.py): this version, and the files of it.
export const VERSION: string;
export const ASSETS: string[];
