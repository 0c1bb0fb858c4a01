"""Background work: what runs beside the requests, when, and how it went."""
