"""A playlist's thread: what its people write to each other, with snapshots and sound."""
