"""Backlog into release windows: the problem, a proven bound, a good plan, a calm re-plan, and the reasons.

Costs are whole numbers, so that the same records give the same plan everywhere.
"""
