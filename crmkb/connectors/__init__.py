"""Readers of other systems and files; each returns tables for `imports` and knows no records."""
