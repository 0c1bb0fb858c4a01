"""Sight: what one sees of a server that runs: health, metrics, logs, how long what took, errors."""
