"""Find and mask text that looks like a secret."""
