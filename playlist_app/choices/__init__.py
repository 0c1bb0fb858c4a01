"""What admins choose while the server runs; what its operator sets is in config.py."""
