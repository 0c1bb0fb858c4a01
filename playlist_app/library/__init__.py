"""What: audio files, tracks, genres, covers, upload, search, the demo music."""
