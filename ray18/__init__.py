"""RAY-18: policy as code, in Git, for maintenance and support programs.

Data flows one way: Snapshot -> Program -> Findings -> Verdicts -> Report -> text.
"""

__version__ = "0.1.0"
