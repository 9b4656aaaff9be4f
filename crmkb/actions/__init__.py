"""What one can do: each file a `plan(workspace, …) -> Change`, found by its name.

Positional parameters become arguments of the command, keyword-only ones its options. A module
may have `wanted(**values)`, which names optional values worth asking a person for.
"""
