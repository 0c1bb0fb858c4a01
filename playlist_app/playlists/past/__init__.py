"""A playlist's past: what was done by whom, taking it back, snapshots, and who is kept out."""
