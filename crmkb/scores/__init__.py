"""Computed tables, filled when a query reads them: one new score is one new file here."""
