"""Figures and scores: pure functions that turn rows into numbers with their evidence.

`scores` fetches the rows, and docs/metrics.md explains each formula.
"""
