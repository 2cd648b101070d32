"""The one door to signatures: whoever asks learns which key signed, and never has to know of which kind it is.

Certificates and keys come from the program's own records. Nothing is looked up in a key ring, an agent or a network.
"""

from collections.abc import Mapping
from types import MappingProxyType

from ray18 import openpgp, sshsig
from ray18.sshsig import SignatureProblem

__all__ = ["SignatureProblem", "fingerprint_of", "verify"]

_NONE: Mapping[str, str] = MappingProxyType({})


def verify(armored: bytes, message: bytes, namespace: str, certificates: Mapping[str, str] = _NONE) -> str:
    """The fingerprint of the key that signed `message` in `namespace`, as `fingerprint_of` gives it for that key.

    `certificates` maps fingerprints to armored OpenPGP public keys, the only ones that are believed. Raises SignatureProblem.
    """
    if not armored.lstrip(b"\r\n").startswith(b"-----BEGIN PGP "):
        return sshsig.fingerprint(sshsig.verify(armored, message, namespace))
    try:
        return openpgp.verify(armored, openpgp.framed(message, namespace), certificates.values())
    except openpgp.OpenPGPProblem as problem:
        raise SignatureProblem(str(problem)) from problem


def fingerprint_of(key_type: str, key_text: str) -> str:
    """The fingerprint of a public key: `SHA256:…` for "ssh", capital hex for "openpgp". Raises SignatureProblem."""
    if key_type == "ssh":
        return sshsig.fingerprint(sshsig.key_of(key_text))
    if key_type != "openpgp":
        raise SignatureProblem(f"keys of the type {key_type[:40]!r} are not known; ssh and openpgp are")
    try:
        return openpgp.fingerprint(key_text)
    except openpgp.OpenPGPProblem as problem:
        raise SignatureProblem(str(problem)) from problem
