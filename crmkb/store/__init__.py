"""Files, front matter, git and the index: how records are kept, not what they mean."""
