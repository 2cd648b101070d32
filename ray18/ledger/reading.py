"""The ledger of a branch: taken up where an earlier run on this machine ended, or replayed from the beginning."""

import gc
import pickle
from collections.abc import Iterator
from contextlib import contextmanager

from ray18.cache import Cache
from ray18.chain import Chain, first_parent_chain
from ray18.errors import BlockedError
from ray18.git import Repository
from ray18.ledger.replay import Replay
from ray18.ledger.state import Ledger

WORTH_KEEPING = 100
"""How many new steps, or changes of files, a replay must have gone through to be kept: below that, doing it again costs
less than a write."""


def read_ledger(
    repository: Repository, tip: str, anchor: str | None, *, signers: bool = False, cached: bool = False
) -> Ledger | None:
    """The ledger of the branch that ends in `tip`; None when it holds no program yet.

    With `signers`, the signature of every step's commit is verified as well. With `cached`, what this machine replayed
    before is taken up where it ended. Raises BlockedError where the anchor is not on the first-parent chain, or a commit
    cannot be read; EnvironmentProblem where history was cut off.
    """
    cache = Cache(repository.common_dir) if cached else None
    name = f"{anchor or 'root'} {signers}"
    end, kept = _kept(cache, f"ledger {name}")
    if end == tip:
        found: Ledger = pickle.loads(kept)  # noqa: S301 (sealed by this user's secret)
        found.repository = repository
        return found
    further = bool(end) and repository.has(end) and repository.merge_base(tip, end) == tip
    here = (str(repository.common_dir), name)
    known, chain = None, None
    if cache is not None and end:
        known, chain = _taken_up(repository, tip, _EARLIER.get(here) if further else cache.get(f"replay {name}"))
    if known is None or chain is None:
        known = Replay(repository, signers=signers)
        chain = _whole(repository, tip, anchor, known)
    with _uncollected():
        ledger = known.run(chain)
    if ledger is not None and cache is not None and known.work >= WORTH_KEEPING:
        if further:
            _EARLIER[here] = pickle.dumps(known)
        else:
            cache.put(f"replay {name}", pickle.dumps(known))
            cache.put(f"ledger {name}", f"{tip}\n".encode() + pickle.dumps(ledger))
    return ledger


_EARLIER: dict[tuple[str, str], bytes] = {}
"""By repository and name: what this process replayed of a branch beyond whose end the kept replay reaches."""


def _taken_up(repository: Repository, tip: str, kept: bytes | None) -> tuple[Replay | None, Chain | None]:
    """A replay that ended before `tip`, and the steps that are left; nothing when it does not lead there."""
    if kept is None:
        return None, None
    known: Replay = pickle.loads(kept)  # noqa: S301 (sealed, or this process's own)
    if not repository.has(known.tip):  # history was rewritten, and what was there is gone
        return None, None
    known.adopt(repository)
    return known, first_parent_chain(repository, tip, known.tip, known.number)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the cyclic garbage collector: a replay only ever adds, and looking for garbage costs a tenth of it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _kept(cache: Cache | None, name: str) -> tuple[str, bytes]:
    """The commit that a ledger ends in which this machine came to before, and the ledger; nothing when there is none."""
    end, _, ledger = ((cache.get(name) if cache else None) or b"").partition(b"\n")
    return end.decode("ascii", "replace"), ledger


def _whole(repository: Repository, tip: str, anchor: str | None, replay: "Replay") -> Chain:
    chain = first_parent_chain(repository, tip, after=None)
    if chain is None:
        raise AssertionError("a chain without a start is never missing")
    if anchor is not None:
        places = [step.number for step in chain.steps if step.commit.oid == anchor]
        if not places:
            raise BlockedError(
                f"the anchor {anchor[:12]} is not on the first-parent chain of {tip[:12]}",
                "history was rewritten, or a merge went in the wrong direction (foxtrot): compare with the anchor",
            )
        replay.skipped = places[0] - 1
    return chain
