"""SSH signatures (SSHSIG), made and verified in process. Source: OpenSSH's PROTOCOL.sshsig and PROTOCOL.u2f.

Key formats: RFC 4253, 5656, 8709. A signature is bound to a namespace, so one made for a commit never passes for an approval.
Stricter than OpenSSH: numbers, base64 and armor have to be written as OpenSSH itself writes them, with nothing around them.
"""

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ray18.errors import UsageError

_MAGIC = b"SSHSIG"
_BEGIN = "-----BEGIN SSH SIGNATURE-----"
_END = "-----END SSH SIGNATURE-----"
_HASHES = ("sha512", "sha256")
_ECDSA = ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")
_SECURITY_KEYS = ("sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com")
_KINDS = frozenset(("ssh-ed25519", "ssh-rsa", *_ECDSA, *_SECURITY_KEYS))


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
    blob = _decoded(parts[1], "the key")
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
        lines = armored.decode("ascii").replace("\r\n", "\n").removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise SignatureProblem("the signature is not ASCII") from error
    if len(lines) < 3 or lines[0] != _BEGIN or lines[-1] != _END or "" in lines:
        raise SignatureProblem("the signature file is not one SSH signature")
    blob = _decoded("".join(lines[1:-1]), "the signature")
    if not blob.startswith(_MAGIC + struct.pack(">I", 1)):
        raise SignatureProblem("the signature is not SSHSIG version 1")
    return _fields(blob[len(_MAGIC) + 4 :])


def verify(armored: bytes, message: bytes, namespace: str) -> bytes:
    """The wire form of the key that signed `message` in `namespace`. Raises SignatureProblem saying what is wrong."""
    if not namespace:
        raise SignatureProblem("a signature needs a namespace")
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

    if not namespace:
        raise UsageError("a signature needs a namespace", "say what it is for")
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

    name, _ = _take(signature.public_key)
    kind = name.decode("ascii", "replace")
    expected = ("rsa-sha2-256", "rsa-sha2-512") if kind == "ssh-rsa" else (kind,)
    key, application = _public_key(signature.public_key)
    if signature.algorithm not in expected:
        raise SignatureProblem(f"the algorithm {signature.algorithm[:40]!r} does not fit the key")
    value, rest = _take(signature.value)
    if application is not None:
        signed = _touched(application, rest, signed)
    elif rest:
        raise SignatureProblem("the signature carries bytes that nothing accounts for")
    try:
        _check_value(key, signature.algorithm, value, signed)
    except InvalidSignature as error:
        raise SignatureProblem("it does not fit the signed content") from error


def _check_value(key: Any, algorithm: str, value: bytes, signed: bytes) -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    if isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(value, signed)
    elif isinstance(key, rsa.RSAPublicKey):
        chosen = hashes.SHA256() if algorithm.endswith("256") else hashes.SHA512()
        key.verify(value, signed, padding.PKCS1v15(), chosen)
    else:
        first, rest = _take_number(value)
        second, rest = _take_number(rest)
        if rest:
            raise SignatureProblem("the signature carries bytes that nothing accounts for")
        key.verify(encode_dss_signature(first, second), signed, ec.ECDSA(_curve_hash(key.curve.name)))


def _touched(application: bytes, rest: bytes, signed: bytes) -> bytes:
    """What a security key signs for `signed`: application, flags and a counter stand before it (PROTOCOL.u2f)."""
    if len(rest) != 5:
        raise SignatureProblem("the signature does not hold a security key's flags and counter")
    if not rest[0] & 1:
        raise SignatureProblem("nobody touched the security key when it signed")
    return hashlib.sha256(application).digest() + rest + hashlib.sha256(signed).digest()


@lru_cache(maxsize=1024)
def _public_key(blob: bytes) -> tuple[Any, bytes | None]:
    """The key as `cryptography` holds it, and the application it is bound to when it is a security key."""
    from cryptography.exceptions import UnsupportedAlgorithm

    name, rest = _take(blob)
    kind = name.decode("ascii", "replace")
    if kind not in _KINDS:
        raise SignatureProblem(f"keys of the type {kind[:40]!r} do not count")
    application = None
    try:
        key, rest = _opened(kind, rest)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SignatureProblem(f"the key of type {kind!r} cannot be used") from error
    if kind in _SECURITY_KEYS:
        application, rest = _take(rest)
    if rest:
        raise SignatureProblem("the key carries bytes that nothing accounts for")
    return key, application


def _opened(kind: str, rest: bytes) -> tuple[Any, bytes]:
    """The key that begins here, and what follows it."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if kind == "ssh-rsa":
        exponent, rest = _take_number(rest)
        modulus, rest = _take_number(rest)
        if modulus.bit_length() < 2048:
            raise SignatureProblem("RSA keys below 2048 bits do not count")
        return rsa.RSAPublicNumbers(exponent, modulus).public_key(), rest
    if "ed25519" in kind:
        point, rest = _take(rest)
        return ed25519.Ed25519PublicKey.from_public_bytes(point), rest
    curve, rest = _take(rest)
    point, rest = _take(rest)
    known: dict[bytes, ec.EllipticCurve] = {
        b"nistp256": ec.SECP256R1(),
        b"nistp384": ec.SECP384R1(),
        b"nistp521": ec.SECP521R1(),
    }
    if curve not in known or f"-{curve.decode()}" not in kind or point[:1] != b"\x04":
        raise ValueError("not a point on the curve that the key's type names")
    return ec.EllipticCurvePublicKey.from_encoded_point(known[curve], point), rest


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


def _take_number(data: bytes) -> tuple[int, bytes]:
    """One positive number, written in the only way RFC 4251 allows, and what follows it."""
    value, rest = _take(data)
    number = int.from_bytes(value)
    if not number or value != _mpint(number):
        raise SignatureProblem("it holds a number that is not written as SSH writes numbers")
    return number, rest


def _decoded(text: str, what: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureProblem(f"{what} is not valid base64") from error
    if base64.b64encode(data).decode() != text:
        raise SignatureProblem(f"{what} is not base64 as anyone writes it")
    return data


def _put(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _mpint(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1)
