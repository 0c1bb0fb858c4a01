"""Every change, live: events, the feed that reads them, the sockets that carry them."""
