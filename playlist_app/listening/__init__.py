"""Listening: what each person heard, where they are, their statistics, and their smart playlists.

Everything here is a person's own: nobody else sees it, admins neither.
"""
