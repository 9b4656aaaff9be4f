"""Templates: rendering in a sandbox, with limits on time and output."""
