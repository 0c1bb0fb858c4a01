"""Owns the demo band's instruments: each is a voice that turns a note into sound."""
