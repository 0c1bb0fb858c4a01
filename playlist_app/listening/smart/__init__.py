"""Smart playlists: rules over the library instead of rows, each person's own."""
