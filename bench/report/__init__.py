"""The report: figures, what they must reach, the table, and the machine they are from."""
