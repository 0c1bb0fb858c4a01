"""Curation: what people do so that tracks are described well: edits, genres, reviews, lyrics."""
