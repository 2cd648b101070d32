"""Every mend that a shipped policy offers takes its finding away, shown on the policy's own examples."""

import shutil
from pathlib import Path

import pytest

from ray18.findings import Finding
from ray18.patches import patched
from ray18.shipped import shipped
from ray18.testing import run_policy

EXAMPLES = shipped("policies") / "examples"
FOLDERS = sorted(path for path in EXAMPLES.glob("*/fail*") if path.is_dir())


def found(policy: str, folder: Path) -> list[Finding]:
    return [finding for finding in run_policy(policy, folder) if finding.policy == policy]


MENDABLE = [(folder, finding) for folder in FOLDERS for finding in found(folder.parent.name, folder) if finding.fix]


@pytest.mark.parametrize(
    ("folder", "finding"), MENDABLE, ids=lambda value: getattr(value, "name", getattr(value, "policy", ""))
)
def test_the_mend_takes_its_finding_away_and_adds_none(folder: Path, finding: Finding, tmp_path: Path) -> None:
    copy = tmp_path / "example"
    shutil.copytree(folder, copy)
    assert finding.fix is not None
    for path in {edit.path for edit in finding.fix.edits}:
        source = (copy / path).read_bytes()
        (copy / path).write_bytes(patched(source, [edit for edit in finding.fix.edits if edit.path == path]))
    before = {(one.item, one.field, one.message) for one in found(finding.policy, folder)}
    after = {(one.item, one.field, one.message) for one in found(finding.policy, copy)}
    assert after == before - {(finding.item, finding.field, finding.message)}


def test_policies_do_offer_mends() -> None:
    assert {finding.policy for _, finding in MENDABLE} >= {
        "commitment-keeps-due-date", "due-date-keeps-profile", "item-owner-exists", "item-service-exists",
        "plan-commitment-keeps-due-date", "security-due-date-keeps-profile", "security-item-keeps-kev-date",
    }  # fmt: skip
    assert [finding.policy for _, finding in MENDABLE if finding.fix and finding.fix.safe] == [], (
        "they decide something"
    )
