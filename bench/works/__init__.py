"""What is measured: one work a file, each a function from options to rows of the table."""
