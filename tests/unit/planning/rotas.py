"""Rotas of the usual size, made from a seed; the tests and `benchmarks/rota.py` share them."""

from random import Random

from ray18.planning.rostering.problem import Problem, Watch


def usual(seed: int, people: int = 12, turns: int = 26, leave: float = 0.08) -> Problem:
    """A primary and a secondary each week, some leave, four weeks with holidays, wishes, three juniors."""
    random = Random(seed)
    holidays = [0] * turns
    for turn in random.sample(range(turns), min(4, turns)):
        holidays[turn] = random.choice([1, 2])
    made = []
    for number in range(people):
        away = frozenset(turn for turn in range(turns) if random.random() < leave)
        wishes = {turn: random.choice([1, 1, 2, 3, -1]) for turn in range(turns) if random.random() < 0.1}
        made.append(Watch(f"p{number}", 1.0, number < 3, away=away, wishes=wishes))
    return Problem(tuple(made), turns, holidays=tuple(holidays))
