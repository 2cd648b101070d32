"""How many, in words: "1 serious item missing an owner", "4 serious items missing owners". Every message that counts asks here.

What is counted is given in the plural, as the policies' `COUNTED` is: the thing first, then what is wrong with it.
"""

import re

_AFTER = frozenset(
    "that who whom whose which with without in of on for from over out not are is have whose missing due later overdue "
    "scored between at older and, checked".split()
)
"""Words that end the name of the thing that is counted."""
_ODD = {"people": "person", "series": "series", "indices": "index", "matrices": "matrix", "breaches": "breach"}
_VERBS = {
    "are": "is", "have": "has", "do": "does", "share": "shares", "stand": "stands", "fall": "falls", "name": "names",
    "prove": "proves", "wait": "waits", "need": "needs", "say": "says", "count": "counts",
}  # fmt: skip
_LACKED = {
    "owners": "an owner", "due dates": "a due date", "priorities": "a priority", "runbooks": "a runbook",
    "dates": "a date",
}  # fmt: skip
_VERB = re.compile(rf"\b(\w+) (that|who|which) ({'|'.join(_VERBS)})\b")


def counted(count: int, many: str) -> str:
    """A number with what it counts, which is given in the plural: counted(1, "serious items overdue")."""
    return f"{count:,} {one_of(many) if count == 1 else many}"


def one_of(many: str) -> str:
    """One of many: "items due before what they wait for" is "item due before what it waits for"."""
    words = many.split(" ")
    end = next((place for place, word in enumerate(words) if word in _AFTER and place), len(words))
    head = [*words[:end]]
    for place, word in enumerate(head):
        if place == end - 1 or (place + 1 < end and head[place + 1] == "or"):
            head[place] = _singular(word)
    rest = " ".join(words[end:])
    text = " ".join(head) + (f" {rest}" if rest else "")
    for lacked, one in _LACKED.items():
        text = text.replace(f" missing {lacked}", f" missing {one}")
    text = re.sub(r"\bwhat they (\w+)", lambda found: f"what it {found[1]}s", text)
    text = text.replace(" never recur", " never recurs")
    text = re.sub(r"\btheir\b", "its", text)
    return _VERB.sub(lambda found: _agreeing(found, head[-1]), text)


def _agreeing(found: re.Match[str], head: str) -> str:
    """The verb for one, unless it belongs to several things named after what is counted ("ranks of items that do not exist")."""
    before, which, verb = found.groups()
    if before != head and before.endswith("s"):
        return found[0]
    return f"{before} {which} {_VERBS[verb]}"


def _singular(word: str) -> str:
    if word in _ODD:
        return _ODD[word]
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
