"""Attacks on the approvals of a program, and harmless disturbances: scripts that play on real Git repositories.

What RAY-18 promises is tried with each of them: an attack is refused, with its cause in words; a disturbance costs nothing.
"""

from ray18.attacks.case import CASES, Case


def cases() -> tuple[Case, ...]:
    """Every script, attacks first."""
    from ray18.attacks import (
        decisions,
        harmless,
        history,
        keys,
        machine,
        objects,
        people,
        records,
        rules,
    )

    told = (keys, people, records, decisions, rules, history, objects, machine, harmless)
    if not all(module.__doc__ for module in told):
        raise AssertionError("every module of scripts says what it is about")
    return tuple(sorted(CASES.values(), key=lambda case: not case.attack))
