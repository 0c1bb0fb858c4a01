"""Backups: taken while the server writes, checked, proven by a rehearsal, restored."""
