"""Listening: what each person plays, how far they got, and what comes of it."""
