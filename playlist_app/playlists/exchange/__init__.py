"""Exchange: playlists as files that other players read, and such files as playlists here."""
