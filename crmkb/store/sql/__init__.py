"""SQL written by users: read-only statements, conditions of lists, and full-text search."""
