"""Who: users, roles, passwords, sessions, the first admin."""
