"""Moving a server: everything that lasts in one file, and back out of it on another machine."""
