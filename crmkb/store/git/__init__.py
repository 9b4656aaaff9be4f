"""Git: commits of single paths, changed files, and history."""
