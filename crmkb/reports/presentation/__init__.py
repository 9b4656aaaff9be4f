"""The presentation of pages: tables, charts, numbers, escaping."""
