"""Actions: each module has `plan(workspace, …) -> Change`, and is found by its file name.

Positional parameters become arguments of the command, keyword-only ones its options. A module may
also have `wanted(**values)`, which yields the names of optional values to ask the user for.
"""
