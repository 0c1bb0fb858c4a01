"""Administration: the pages from which admins look after the server and the people on it."""
