"""The queries: each module defines one, as `answer(workspace, …) -> Answer`.

The first line of the file is its line in `crm --help`, and `PANEL` its heading there. A query reads
through the workspace, returns an answer and prints nothing.
"""
