"""Running it: start-up, commands, health."""
