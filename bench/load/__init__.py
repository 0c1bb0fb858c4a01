"""The load: clients that are light, as they share the cores with the server they measure."""
