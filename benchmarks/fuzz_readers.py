"""Fuzzes the readers of hand-overs with atheris: no byte may break one, lose a row, or take more than two seconds.

    pip install atheris pytest hypothesis
    python benchmarks/fuzz_readers.py risk-log -max_total_time=600
    python benchmarks/fuzz_readers.py all 60          # every reader for 60 seconds, one after the other

Inputs that libFuzzer keeps go to `.fuzz/<reader>/`; a failure is written to `crash-…` in the folder it is called from. The
property tests (`tests/properties/test_handover_sums.py`) hold the same law with fewer inputs.
"""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "unit" / "handover"), str(ROOT / "tests" / "properties")]
READERS = {
    "risk-log": ("SECURITY-RISK-LOG.csv",),
    "scanners": ("SECURITY-RISK-LOG.json", "SECURITY-RISK-LOG.sarif"),
    "baseline": ("OBSERVABILITY-BASELINE.md",),
    "rules": ("OBSERVABILITY-BASELINE.yaml",),
    "catalog": ("SERVICE-CATALOG.xlsx",),
    "entities": ("SERVICE-CATALOG.yaml",),
    "debt": ("TECH-DEBT-REGISTER.md",),
    "postmortems": ("INCIDENT-POSTMORTEMS/INC-7.md", "INCIDENT-POSTMORTEMS/INC-7.json"),
    "record": ("operational-handover-record.json",),
    "gaps": ("knowledge-transfer-feedback.json",),
    "performance": ("PERFORMANCE-IMPROVEMENT-BACKLOG.json",),
    "tickets": ("ticket-history.csv",),
    "package": ("CLOSURE-PACKAGE.zip",),
    "proposal": ("SECURITY-RISK-LOG.csv", "SECURITY-RISK-LOG.json"),
}


def main() -> None:
    """One reader with libFuzzer's own options, or all of them for so many seconds each."""
    reader, *options = sys.argv[1:] or ["all", "60"]
    if reader != "all":
        _fuzz(reader, options)
        return
    for name in READERS:
        done = subprocess.run([sys.executable, __file__, name, f"-max_total_time={options[0]}"], check=False)
        print(f"{name}: {'nothing found' if done.returncode == 0 else f'exit code {done.returncode}'}", flush=True)


def _fuzz(reader: str, options: list[str]) -> None:
    import atheris

    with atheris.instrument_imports(include=["ray18"]):
        from ray18.documents.dialects import Intake
        from ray18.handover.proposal import propose
    from test_handover_sums import SEEDS, taken

    paths = READERS[reader]
    corpus = ROOT / ".fuzz" / reader
    corpus.mkdir(parents=True, exist_ok=True)
    for at, (path, seed) in enumerate(SEEDS):
        if path in paths:
            (corpus / f"seed-{at}").write_bytes(seed)

    def one(content: bytes) -> None:
        started = time.process_time()
        if reader == "proposal":
            propose({paths[content[:1] > b"\x80"]: content}, Intake(), {})
        else:
            taken(paths[0], content)
        assert time.process_time() - started < 2, "too slow"

    atheris.Setup([sys.argv[0], str(corpus), "-max_len=65536", "-timeout=20", *options], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
