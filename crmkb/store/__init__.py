"""Storage of records: files, front matter, git, templates and the index."""
