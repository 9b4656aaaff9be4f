"""Commands beside the actions: reading, reports, checks, set-up; one a file."""
