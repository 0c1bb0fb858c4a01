"""The stage: a data folder with people and music in it, and the real server on it."""
