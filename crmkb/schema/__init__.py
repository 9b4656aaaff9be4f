"""The structure of records: kinds, fields, choices, histories, series and the layout of files."""
