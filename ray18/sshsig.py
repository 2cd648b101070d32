"""SSH signatures (SSHSIG), made and verified in process. Source: OpenSSH's PROTOCOL.sshsig; key formats: RFC 4253, 5656, 8709.

A signature is bound to a namespace, so one made for a commit never passes for an approval.
"""

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass
from typing import Any

from ray18.errors import UsageError

_MAGIC = b"SSHSIG"
_BEGIN = "-----BEGIN SSH SIGNATURE-----"
_END = "-----END SSH SIGNATURE-----"
_HASHES = ("sha512", "sha256")


class SignatureProblem(Exception):
    """Why a signature does not count."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One SSHSIG blob, opened but not yet verified. `public_key` is the key's wire form."""

    public_key: bytes
    namespace: str
    hash_name: str
    algorithm: str
    value: bytes


def key_of(line: str) -> bytes:
    """The wire form of a public key from its line in a `.pub` file. Raises SignatureProblem."""
    parts = line.split()
    if len(parts) < 2:
        raise SignatureProblem("the key is not a line of the form `ssh-ed25519 AAAA…`")
    try:
        blob = base64.b64decode(parts[1], validate=True)
    except binascii.Error as error:
        raise SignatureProblem("the key is not valid base64") from error
    name, _ = _take(blob)
    if name != parts[0].encode():
        raise SignatureProblem(f"the key says {parts[0]} but holds {name[:40]!r}")
    _public_key(blob)
    return blob


def fingerprint(blob: bytes) -> str:
    """The key's fingerprint as `ssh-keygen -l` prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def parse(armored: bytes) -> Signature:
    """Opens an armored signature. Raises SignatureProblem for anything but exactly one well-formed signature."""
    try:
        lines = armored.decode("ascii").replace("\r\n", "\n").strip("\n").split("\n")
    except UnicodeDecodeError as error:
        raise SignatureProblem("the signature is not ASCII") from error
    if len(lines) < 3 or lines[0] != _BEGIN or lines[-1] != _END:
        raise SignatureProblem("the signature file is not one SSH signature")
    try:
        blob = base64.b64decode("".join(lines[1:-1]), validate=True)
    except binascii.Error as error:
        raise SignatureProblem("the signature is not valid base64") from error
    if not blob.startswith(_MAGIC + struct.pack(">I", 1)):
        raise SignatureProblem("the signature is not SSHSIG version 1")
    return _fields(blob[len(_MAGIC) + 4 :])


def verify(armored: bytes, message: bytes, namespace: str) -> bytes:
    """The wire form of the key that signed `message` in `namespace`. Raises SignatureProblem saying what is wrong."""
    signature = parse(armored)
    if signature.namespace != namespace:
        raise SignatureProblem(f"it was made for {signature.namespace[:60]!r}, not for {namespace!r}")
    signed = _signed_data(message, namespace, signature.hash_name)
    _check(signature, signed)
    return signature.public_key


def sign(private_key: Any, message: bytes, namespace: str) -> bytes:
    """An armored signature by an unencrypted private key that `cryptography` loaded: Ed25519, RSA or ECDSA."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    blob = public_blob(private_key)
    signed = _signed_data(message, namespace, "sha512")
    if isinstance(private_key, ed25519.Ed25519PrivateKey):
        algorithm, value = b"ssh-ed25519", private_key.sign(signed)
    elif isinstance(private_key, rsa.RSAPrivateKey):
        algorithm, value = b"rsa-sha2-512", private_key.sign(signed, padding.PKCS1v15(), hashes.SHA512())
    elif isinstance(private_key, ec.EllipticCurvePrivateKey):
        algorithm, _ = _take(blob)
        r, s = decode_dss_signature(private_key.sign(signed, ec.ECDSA(_curve_hash(private_key.curve.name))))
        value = _put(_mpint(r)) + _put(_mpint(s))
    else:
        raise UsageError("this kind of key cannot sign here", "use an Ed25519, RSA or ECDSA key")
    inner = _put(algorithm) + _put(value)
    body = _MAGIC + struct.pack(">I", 1) + _put(blob) + _put(namespace.encode()) + _put(b"") + _put(b"sha512")
    text = base64.b64encode(body + _put(inner)).decode()
    lines = [text[start : start + 70] for start in range(0, len(text), 70)]
    return "\n".join([_BEGIN, *lines, _END, ""]).encode()


def public_blob(private_key: Any) -> bytes:
    """The wire form of a private key's public half."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    line: bytes = private_key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return base64.b64decode(line.split()[1])


def _fields(rest: bytes) -> Signature:
    public_key, rest = _take(rest)
    namespace, rest = _take(rest)
    reserved, rest = _take(rest)
    hash_name, rest = _take(rest)
    inner, rest = _take(rest)
    algorithm, inner_rest = _take(inner)
    if rest or reserved:
        raise SignatureProblem("the signature carries bytes that nothing accounts for")
    if hash_name.decode("ascii", "replace") not in _HASHES:
        raise SignatureProblem("the signature uses a hash other than SHA-256 and SHA-512")
    value = inner_rest
    return Signature(
        public_key,
        namespace.decode("utf-8", "replace"),
        hash_name.decode(),
        algorithm.decode("ascii", "replace"),
        value,
    )


def _check(signature: Signature, signed: bytes) -> None:
    from cryptography.exceptions import InvalidSignature

    value, rest = _take(signature.value)
    try:
        if signature.algorithm.startswith("sk-"):
            _check_security_key(signature, value, rest, signed)
        elif rest:
            raise SignatureProblem("the signature carries bytes that nothing accounts for")
        else:
            _check_plain(signature, value, signed)
    except InvalidSignature as error:
        raise SignatureProblem("it does not fit the signed content") from error


def _check_plain(signature: Signature, value: bytes, signed: bytes) -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    key = _public_key(signature.public_key)
    name, _ = _take(signature.public_key)
    if isinstance(key, ed25519.Ed25519PublicKey) and signature.algorithm == "ssh-ed25519":
        key.verify(value, signed)
    elif isinstance(key, rsa.RSAPublicKey) and signature.algorithm in ("rsa-sha2-256", "rsa-sha2-512"):
        if key.key_size < 2048:
            raise SignatureProblem("RSA keys below 2048 bits do not count")
        chosen = hashes.SHA256() if signature.algorithm.endswith("256") else hashes.SHA512()
        key.verify(value, signed, padding.PKCS1v15(), chosen)
    elif isinstance(key, ec.EllipticCurvePublicKey) and signature.algorithm == name.decode():
        first, rest = _take(value)
        second, rest = _take(rest)
        if rest:
            raise SignatureProblem("the signature carries bytes that nothing accounts for")
        pair = encode_dss_signature(int.from_bytes(first), int.from_bytes(second))
        key.verify(pair, signed, ec.ECDSA(_curve_hash(key.curve.name)))
    else:
        raise SignatureProblem(f"the algorithm {signature.algorithm[:40]!r} does not fit the key")


def _check_security_key(signature: Signature, value: bytes, rest: bytes, signed: bytes) -> None:
    """FIDO keys sign more than the message: application, flags and a counter (PROTOCOL.u2f)."""
    from cryptography.hazmat.primitives.asymmetric import ed25519

    name, key_rest = _take(signature.public_key)
    if name != b"sk-ssh-ed25519@openssh.com" or signature.algorithm != name.decode() or len(rest) != 5:
        raise SignatureProblem("this kind of security key is not supported; Ed25519 security keys are")
    point, key_rest = _take(key_rest)
    application, _ = _take(key_rest)
    if not rest[0] & 1:
        raise SignatureProblem("nobody touched the security key when it signed")
    data = hashlib.sha256(application).digest() + rest + hashlib.sha256(signed).digest()
    ed25519.Ed25519PublicKey.from_public_bytes(point).verify(value, data)


def _public_key(blob: bytes) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ed25519
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key

    name, rest = _take(blob)
    try:
        if name == b"sk-ssh-ed25519@openssh.com":
            point, _ = _take(rest)
            return ed25519.Ed25519PublicKey.from_public_bytes(point)
        return load_ssh_public_key(name + b" " + base64.b64encode(blob))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SignatureProblem(f"the key of type {name[:40]!r} cannot be used") from error


def _curve_hash(curve: str) -> Any:
    from cryptography.hazmat.primitives import hashes

    chosen: dict[str, Any] = {
        "secp256r1": hashes.SHA256,
        "secp384r1": hashes.SHA384,
        "secp521r1": hashes.SHA512,
    }
    if curve not in chosen:
        raise SignatureProblem(f"the curve {curve} is not used by SSH")
    return chosen[curve]()


def _signed_data(message: bytes, namespace: str, hash_name: str) -> bytes:
    digest = hashlib.new(hash_name, message).digest()
    return _MAGIC + _put(namespace.encode()) + _put(b"") + _put(hash_name.encode()) + _put(digest)


def _take(data: bytes) -> tuple[bytes, bytes]:
    """One length-prefixed string and what follows it."""
    if len(data) < 4:
        raise SignatureProblem("it ends too early")
    (length,) = struct.unpack(">I", data[:4])
    if length > len(data) - 4:
        raise SignatureProblem("it ends too early")
    return data[4 : 4 + length], data[4 + length :]


def _put(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _mpint(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1)
