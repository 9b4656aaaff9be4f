"""The command line: parse the arguments, make one call, print the result."""
