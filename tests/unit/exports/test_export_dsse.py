"""The signed envelope: securesystemslib verifies it with every kind of SSH key, and nothing else passes."""

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import AS_OF, Program, key_file
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from programs import INTEROP, exported, filled, statement_of

from ray18.errors import UsageError
from ray18.exports import dsse

KEYS = {
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ecdsa-sha2-nistp256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ecdsa-sha2-nistp384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ecdsa-sha2-nistp521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "rsassa-pss-sha256": lambda: rsa.generate_private_key(65537, 2048),
}


def written(key: Any, path: Path, passphrase: bytes = b"") -> Path:
    """A key as ssh-keygen writes it, with its public half beside it."""
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, encryption))
    path.chmod(0o600)
    path.with_suffix(".pub").write_bytes(key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))
    return path


def verified(envelope: Any, key: Any) -> Any:
    """The payload, when securesystemslib accepts the envelope from this key with the scheme it takes by itself."""
    library = pytest.importorskip("securesystemslib.dsse", reason=INTEROP)
    from securesystemslib.signer import SSlibKey

    found = library.Envelope.from_dict(json.loads(json.dumps(envelope)))
    trusted = SSlibKey.from_crypto(key.public_key(), keyid=dsse.keyid(key))
    assert list(found.verify([trusted], 1)) == [dsse.keyid(key)]
    return trusted, found.payload


@pytest.mark.parametrize("scheme", KEYS)
def test_securesystemslib_verifies_it(scheme: str, program: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    filled(program)
    key = KEYS[scheme]()  # type: ignore[no-untyped-call]
    envelope = exported(ray18, program, "in-toto", "--key", written(key, tmp_path / "key"))
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    trusted, payload = verified(envelope, key)
    assert trusted.scheme == scheme
    assert payload == ray18("evidence", "export", "in-toto", "--as-of", AS_OF, folder=program.root).out.encode()
    statement_of(json.loads(payload))


@pytest.mark.parametrize("scheme", KEYS)
def test_a_changed_payload_or_type_or_another_key_does_not_verify(scheme: str) -> None:
    errors = pytest.importorskip("securesystemslib.exceptions", reason=INTEROP)
    key = KEYS[scheme]()  # type: ignore[no-untyped-call]
    envelope = dsse.envelope(b'{"a": 1}', key)
    verified(envelope, key)
    other = base64.b64encode(b'{"a": 2}').decode()
    for broken in (envelope | {"payload": other}, envelope | {"payloadType": "application/json"}):
        with pytest.raises(errors.VerificationError):
            verified(broken, key)
    stranger = KEYS[scheme]()  # type: ignore[no-untyped-call]
    stolen = envelope | {"signatures": [envelope["signatures"][0] | {"keyid": dsse.keyid(stranger)}]}
    with pytest.raises(errors.VerificationError):
        verified(stolen, stranger)


def test_a_verification_summary_is_signed_as_well(program: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    key = KEYS["ed25519"]()  # type: ignore[no-untyped-call]
    _, payload = verified(exported(ray18, program, "vsa", "--key", written(key, tmp_path / "key")), key)
    assert json.loads(payload)["predicateType"] == "https://slsa.dev/verification_summary/v1"


def test_what_is_signed_is_what_the_specification_says() -> None:
    """The example of https://github.com/secure-systems-lab/dsse/blob/master/protocol.md, and lengths in bytes."""
    assert dsse.pre_authentication_encoding("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert dsse.pre_authentication_encoding("application/vnd.ex\u00e4mple+json", b"").startswith(b"DSSEv1 29 ")
    assert dsse.pre_authentication_encoding("t", b"") == b"DSSEv1 1 t 0 "


def test_the_key_is_named_as_ssh_keygen_shows_it(tmp_path: Path) -> None:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("OpenSSH is not installed")
    for scheme, make in KEYS.items():
        key = make()  # type: ignore[no-untyped-call]
        path = written(key, tmp_path / scheme)
        shown = subprocess.run(
            ["ssh-keygen", "-lf", path.with_suffix(".pub")], capture_output=True, text=True, check=True
        )
        assert dsse.envelope(b"x", key)["signatures"][0]["keyid"] == shown.stdout.split()[1]


def test_the_same_key_gives_the_same_envelope_with_ed25519(program: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    key = key_file(tmp_path, "sven")
    assert exported(ray18, program, "in-toto", "--key", key) == exported(ray18, program, "in-toto", "--key", key)


def test_a_passphrase_is_asked_only_for_a_key_that_has_one(tmp_path: Path) -> None:
    key = KEYS["ed25519"]()  # type: ignore[no-untyped-call]
    locked = written(key, tmp_path / "locked", b"secret").read_bytes()
    assert dsse.keyid(dsse.private_key(locked, lambda: "secret")) == dsse.keyid(key)
    with pytest.raises(UsageError):
        dsse.private_key(locked, lambda: "wrong")

    def asked() -> str:
        raise AssertionError("it has none")

    dsse.private_key(written(key, tmp_path / "open").read_bytes(), asked)


@pytest.mark.parametrize(
    "make", [lambda: rsa.generate_private_key(65537, 1024), lambda: dsa.generate_private_key(2048)]
)
def test_a_weak_or_foreign_key_does_not_sign(make: Any) -> None:
    with pytest.raises(UsageError, match="cannot sign"):
        dsse.envelope(b"x", make())


def test_keys_that_cannot_be_used_are_named_with_a_remedy(program: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    key = written(KEYS["ed25519"](), tmp_path / "key")  # type: ignore[no-untyped-call]
    for path in (key.with_suffix(".pub"), tmp_path / "none"):
        ran = ray18("evidence", "export", "vsa", "--key", path, folder=program.root)
        assert (ran.status, ran.out) == (2, "")
        assert "->" in ran.err
    ran = ray18("evidence", "export", "oscal-poam", "--key", key, folder=program.root)
    assert ran.status == 2
    assert "in-toto and vsa can be signed" in ran.err
