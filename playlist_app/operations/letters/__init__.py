"""What the server sends to people, in the background: one-time codes, by mail or short message."""
