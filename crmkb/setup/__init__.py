"""Create a workspace: settings, folders, the sample."""
