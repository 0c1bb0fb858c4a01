"""Imports: the server fetching audio from a URL, a feed or a channel into the library."""
