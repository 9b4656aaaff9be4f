"""The command line: reads what is typed, makes one call, prints the result."""
