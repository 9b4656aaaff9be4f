"""A CRM whose records are Markdown files, whose history is git and whose index is a cache."""

__version__ = "0.1.0"
