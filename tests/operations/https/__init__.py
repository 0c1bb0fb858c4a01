"""HTTPS at home: the authority, the front, the door."""
