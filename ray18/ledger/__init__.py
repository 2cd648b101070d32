"""The ledger: the protected branch replayed step by step, from the anchor to the trusted base.

Each step is judged by the rules in force before it. The rules in force are the last ones that were harmless to take over
or that those whom the rules before name agreed to; a change that nobody agreed to never comes into force, however it got
onto the branch. A record, once merged, is known for ever, with the rules of its entry.
"""

from ray18.ledger.authorship import Authorship, authorship, touched
from ray18.ledger.reading import read_ledger
from ray18.ledger.replay import sections_at
from ray18.ledger.state import Event, HeldCheckpoint, HeldWaiver, Ledger, StepRow

__all__ = [
    "Authorship",
    "Event",
    "HeldCheckpoint",
    "HeldWaiver",
    "Ledger",
    "StepRow",
    "authorship",
    "read_ledger",
    "sections_at",
    "touched",
]
