"""A CRM of Markdown files, with git as its history and an index as a cache."""

__version__ = "0.1.0"
