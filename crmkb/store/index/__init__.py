"""The index: an SQLite cache in the git directory, updated incrementally before each read."""
