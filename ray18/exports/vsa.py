"""What the gates came to, as a SLSA Verification Summary. Source: https://slsa.dev/spec/v1.1/verification_summary.

A gate that passed only by waiver never counts as one that passed: it earns another level.
"""

from collections import Counter
from typing import Any

from ray18.exports.judged import VERIFIER, gates, midnight, record, rules, signed_records, uri, version
from ray18.exports.statement import statement
from ray18.gates import GateResult, Judge, Verdict, worst

PREDICATE_TYPE = "https://slsa.dev/verification_summary/v1"
GATES = "urn:ray18:predicate:gates:1"
"""The extension field that tells every gate's verdict; the specification asks for a URI as its name."""
FAILED = "FAILED"


def written(judge: Judge) -> dict[str, Any]:
    """The Statement; what cannot be judged makes it FAILED, like what fails."""
    results = gates(judge)
    verdict = worst(result.verdict for result in results)
    passed = verdict is Verdict.PASSED or verdict is Verdict.WAIVED
    predicate = {
        "verifier": {"id": VERIFIER, "version": {"ray18": version()}},
        "timeVerified": midnight(judge.program.as_of),
        "resourceUri": uri(judge),
        "policy": rules(judge),
        "inputAttestations": [record(judge, document) for document in signed_records(judge)],
        "verificationResult": "PASSED" if passed else FAILED,
        "verifiedLevels": [_level(result) for result in results] if passed else [FAILED],
        GATES: [_gate(result) for result in results],
    }
    return statement(judge, PREDICATE_TYPE, predicate)


def _level(result: GateResult) -> str:
    """Our own level for a gate; names that begin with SLSA_ are not ours to give."""
    return f"RAY18_GATE_{result.gate.id.upper().replace('-', '_')}_{result.verdict.value.upper()}"


def _gate(result: GateResult) -> dict[str, Any]:
    levels = Counter(finding.level for finding in result.findings)
    excused = {excuse.record.id: excuse.record for _, excuse in result.waived}
    return {
        "id": result.gate.id,
        "number": result.gate.number,
        "title": result.gate.title,
        "verdict": result.verdict.value,
        "findings": {level: levels[level] for level in ("blocker", "error", "warning")},
        "waivers": [
            {"id": waiver.id, "policy": waiver.policy, "expires": waiver.expires.isoformat()}
            for waiver in excused.values()
        ],
    }
