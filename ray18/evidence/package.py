"""The evidence package for Protocol 22: one zip with the evidence, its manifest, the history, and a verifier.

The same repository state gives the same bytes: members are sorted, dated 1980 and stored without compression, and the
history is packed by one thread without deltas.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from ray18.documents import KINDS
from ray18.documents.settings import Locations
from ray18.evidence.json_text import as_json
from ray18.evidence.manifest import FILE as MANIFEST
from ray18.git import Repository

_EPOCH = (1980, 1, 1, 0, 0, 0)


def packed(files: Mapping[str, bytes], handoff: dict[str, object], bundle: bytes) -> bytes:
    """The zip. `files` holds the evidence and its manifest; `handoff` is what handoff.json says besides."""
    stated = {**handoff, "manifest_sha256": hashlib.sha256(files[MANIFEST]).hexdigest()}
    members = {
        **files,
        "handoff.json": as_json(stated),
        "history.bundle": bundle,
        "verify.py": (Path(__file__).parent / "verify.py").read_bytes(),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.external_attr = 0o644 << 16
            archive.writestr(info, members[name])
    return stream.getvalue()


def history(repository: Repository, commit: str) -> bytes:
    """A Git bundle with everything that leads to a commit."""
    with TemporaryDirectory(prefix="ray18-") as folder:
        target = Path(folder, "history.bundle")
        options = ("-c", "pack.threads=1", "-c", "pack.window=0", "-c", "core.compression=6")
        head = repository.text("rev-parse", "--symbolic-full-name", "HEAD")
        named = head if repository.reference(head) == commit else "HEAD"
        repository.run(*options, "bundle", "create", "--quiet", str(target), named, "HEAD")
        return target.read_bytes()


def governed_places(locations: Locations) -> list[str]:
    """Every place that the records digest covers."""
    return sorted({*(kind.location(locations) for kind in KINDS), locations.handover})
