"""What reads other systems and files; each yields tables for `imports` and knows no record."""
