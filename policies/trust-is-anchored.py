"""Approvals are judged by people and rules that somebody else already trusts.

Who may approve is read from a commit that the change under judgement cannot touch. Where there is none, the
change could name its own approvers, so nothing it says about approvals proves anything.

Remedy: judge against the protected branch (`--base origin/main`), or pin a commit with `anchor:` in
ray18.yaml.
"""

from collections.abc import Iterator

from ray18.findings import Finding

COUNTED = "missing anchors of trust"
ACTION = "judge against a trusted commit"


def check(anchored: bool) -> Iterator[Finding]:
    if not anchored:
        yield Finding(
            "",
            "error",
            "unanchored: no trusted commit says who may approve, so no approval can be believed",
            item="anchor",
            remedy="name one with --base, or pin it with `anchor:` in ray18.yaml",
        )
