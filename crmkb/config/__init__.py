"""The settings of a workspace: `crm.toml`, read and checked."""
