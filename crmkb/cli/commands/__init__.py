"""Commands that only the command line has, one per file: `again`, `demo`, `import`, `init`."""
