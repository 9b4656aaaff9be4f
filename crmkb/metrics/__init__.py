"""Figures and scores: pure functions, rows in, numbers with their evidence out.

Where the rows come from is left to `workspace/scores`; what each formula means is told in
docs/metrics.md.
"""
