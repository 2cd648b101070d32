"""Durations as people read them."""


def shown(amount: float) -> str:
    """Minutes as people read them: `42 min`, `4 h 42 min`, `4 d 1 h`."""
    whole = round(abs(amount))
    sign = "-" if amount < 0 and whole else ""
    days, rest = divmod(whole, 1440)
    hours, left = divmod(rest, 60)
    parts = [f"{value} {unit}" for value, unit in ((days, "d"), (hours, "h"), (left, "min")) if value]
    return f"{sign}{' '.join(parts[:2]) or '0 min'}"
