"""How much a policy's examples show: lines reached, changed examples noticed, changed rules told from the real one."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ray18.policy import Inputs, Policy
from ray18.strength.mutants import mutants
from ray18.strength.rehearsal import Rehearsal, rehearse
from ray18.strength.variants import Variant, variants
from ray18.testing import judge_of, problems


@dataclass(frozen=True)
class Strength:
    """What the examples of one policy come to."""

    policy: Policy
    wrong: tuple[str, ...]
    """What is wrong with the examples, in words."""
    lines: int
    missed: tuple[int, ...]
    """The lines of the policy that no example reaches."""
    mutants: int
    """Passing examples with one thing changed."""
    noticed: int
    """Those of them about which the policy has something to say."""
    crashes: tuple[str, ...]
    """Changed examples that read well, and on which the policy gives no answer."""
    variants: int
    """Policies that differ from this one by one operator."""
    survivors: tuple[str, ...]
    """Those of them that every example takes for the real one: line and what was changed."""

    @property
    def reached(self) -> int:
        """How many lines an example reaches."""
        return self.lines - len(self.missed)

    @property
    def killed(self) -> int:
        """How many changed rules an example tells from the real one."""
        return self.variants - len(self.survivors)

    @property
    def silent(self) -> bool:
        """Whether the policy says nothing about any changed example: nothing shows that it notices anything new."""
        return self.noticed == 0


def measured(policy: Policy, examples: Path) -> Strength:
    """Runs a policy on its examples, on changed examples, and changed policies on the examples."""
    wrong = tuple(problems(policy, examples))
    folders = sorted(path for path in examples.glob("*") if path.is_dir())
    programs = [judge_of(folder).inputs for folder in folders]
    real = rehearse(policy, programs)
    changed = [mutant for folder in folders if folder.name.startswith("pass") for mutant in mutants(policy, folder)]
    said = rehearse(policy, [mutant.judge.inputs for mutant in changed]).said
    tried = list(variants(policy))
    return Strength(
        policy,
        wrong,
        len(real.lines),
        real.missed,
        len(changed),
        sum(bool(answer) for answer in said),
        tuple(f"{one.what}: {answer}" for one, answer in zip(changed, said, strict=True) if isinstance(answer, str)),
        len(tried),
        tuple(_survivors(tried, real, programs)),
    )


def _survivors(tried: list[Variant], real: Rehearsal, programs: list[Inputs]) -> Iterator[str]:
    for variant in tried:
        if rehearse(variant.policy, programs).said == real.said:
            yield f"line {variant.line}: {variant.what}"
