"""DSSE envelopes, version 1: a payload, signed together with its type, by an SSH private key.

Source: https://github.com/secure-systems-lab/dsse/blob/master/protocol.md. Schemes: those that securesystemslib takes for a
public key without being told: ed25519, ecdsa-sha2-nistp256 (384, 521), rsassa-pss-sha256.
"""

import base64
from collections.abc import Callable
from typing import Any

from ray18 import sshsig
from ray18.errors import UsageError

PAYLOAD_TYPE = "application/vnd.in-toto+json"


def envelope(payload: bytes, private_key: Any) -> dict[str, Any]:
    """The signed envelope of an in-toto Statement; `private_key` is one that `cryptography` loaded. Raises UsageError."""
    signature = _signed(private_key, pre_authentication_encoding(PAYLOAD_TYPE, payload))
    return {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": keyid(private_key), "sig": base64.b64encode(signature).decode()}],
    }


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """What is signed: type and payload, each with its length in bytes."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def keyid(private_key: Any) -> str:
    """The key's fingerprint, as `ssh-keygen -l` prints it."""
    return sshsig.fingerprint(sshsig.public_blob(private_key))


def private_key(content: bytes, passphrase: Callable[[], str]) -> Any:
    """The private key in an OpenSSH key file; `passphrase` is asked only when it needs one. Raises UsageError."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    try:
        try:
            return load_ssh_private_key(content, None)
        except (ValueError, TypeError) as error:
            if "password" not in str(error).lower() and "encrypt" not in str(error).lower():
                raise
            return load_ssh_private_key(content, passphrase().encode())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError(
            f"the key cannot be used to sign an envelope: {error}",
            "name an SSH private key file (Ed25519, ECDSA or RSA); agents and tokens sign in SSH's own format only",
        ) from error


def _signed(private_key: Any, message: bytes) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    curves: dict[str, Any] = {"secp256r1": hashes.SHA256, "secp384r1": hashes.SHA384, "secp521r1": hashes.SHA512}
    signature: bytes
    if isinstance(private_key, ed25519.Ed25519PrivateKey):
        signature = private_key.sign(message)
    elif isinstance(private_key, ec.EllipticCurvePrivateKey) and private_key.curve.name in curves:
        signature = private_key.sign(message, ec.ECDSA(curves[private_key.curve.name]()))
    elif isinstance(private_key, rsa.RSAPrivateKey) and private_key.key_size >= 2048:
        salted = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
        signature = private_key.sign(message, salted, hashes.SHA256())
    else:
        raise UsageError(
            "this kind of key cannot sign an envelope", "use an Ed25519 or ECDSA key, or RSA of 2048 bits or more"
        )
    return signature
