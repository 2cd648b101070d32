"""OpenPGP signatures, verified in process. Source: RFC 4880 and RFC 9580, version 4 keys and signatures.

The same bytes give the same answer for ever. No clock is read, and no policy of a library that changes between releases
decides: what is accepted is written here. So

- dates decide nothing. Not the signature's, which its maker writes; not the expiry of key or signature. When a key stops
  counting is said by the program's own records;
- a certificate that carries a revocation does not count at all, nor does a subkey that carries one;
- a subkey counts when primary key and subkey have vouched for each other and it is marked for signing. The primary always
  counts;
- RSA from 2048 bits, Ed25519, and ECDSA on the NIST curves; SHA-256, SHA-384 and SHA-512. SHA-1 counts nowhere, except that
  it names version 4 keys;
- a signature is one binary signature, and holds nothing unsigned beyond the name of its key.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_HASHES = {8: "sha256", 9: "sha384", 10: "sha512"}
_RSA, _ECDSA, _EDDSA, _ED25519 = (1, 3), 19, 22, 27
_ED25519_CURVE = bytes.fromhex("2b06010401da470f01")
_CURVES = {
    bytes.fromhex("2a8648ce3d030107"): "SECP256R1",
    bytes.fromhex("2b81040022"): "SECP384R1",
    bytes.fromhex("2b81040023"): "SECP521R1",
}
_SIGNATURE, _PRIMARY, _SUBKEY = 2, 6, 14
_SECRET = (5, 7)
_BINARY, _BINDS_SUBKEY, _BINDS_PRIMARY = 0x00, 0x18, 0x19
_REVOKES_KEY, _REVOKES_SUBKEY = 0x20, 0x28
_ISSUER, _FLAGS, _EMBEDDED, _ISSUER_FINGERPRINT = 16, 27, 32, 33
_UNDERSTOOD = frozenset((*range(2, 8), 9, 11, 16, *range(21, 36)))
"""What may be marked critical. All but key names and flags say when or for whom, which the program's own records decide."""
_MAY_SIGN = 0x02
_ARMOR_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*: .*")


class OpenPGPProblem(Exception):
    """Why a signature or a certificate does not count."""


@dataclass(frozen=True, slots=True)
class _Key:
    fingerprint: str
    body: bytes
    algorithm: int
    opened: Any
    """The public key as `cryptography` holds it; None for a kind that does not sign here."""


@dataclass(frozen=True, slots=True)
class _Signature:
    kind: int
    algorithm: int
    hash_name: str | None
    hashed: bytes
    """From the version to the last signed subpacket: what enters the digest."""
    signed: tuple[tuple[int, bytes], ...]
    unsigned: tuple[tuple[int, bytes], ...]
    demanding: bool
    """Whether it demands something that is not understood here."""
    left: bytes
    numbers: bytes


@dataclass(frozen=True, slots=True)
class _Certificate:
    fingerprint: str
    signing: tuple[_Key, ...]


def framed(message: bytes, namespace: str) -> bytes:
    """What is signed for `message` in `namespace`: OpenPGP has no namespaces, and Git signs commits bare."""
    if not namespace or "\0" in namespace:
        raise OpenPGPProblem("a signature needs a namespace")
    return message if namespace == "git" else b"ray18 " + namespace.encode() + b"\0" + message


def fingerprint(certificate: str) -> str:
    """The primary key's fingerprint of an armored public key, in capital hex. Raises OpenPGPProblem."""
    return _certificate(certificate).fingerprint


def verify(armored: bytes, message: bytes, certificates: Iterable[str]) -> str:
    """The primary fingerprint of the one certificate whose key signed `message`. Raises OpenPGPProblem.

    `certificates` are armored public keys; one that cannot be used is passed over.
    """
    signature = _detached(armored)
    named = _named_keys(signature)
    owners, met = set(), False
    for certificate in _usable(certificates):
        for key in certificate.signing:
            if all(key.fingerprint.endswith(name) for name in named):
                met = True
                if _holds(signature, key, message):
                    owners.add(certificate.fingerprint)
    if not met:
        known = f"the key {min(named)}" if named else "any key"
        raise OpenPGPProblem(f"{known} that it names is not a signing key of a certificate that counts")
    if not owners:
        raise OpenPGPProblem("it does not fit the signed content")
    if len(owners) > 1:
        raise OpenPGPProblem("its key belongs to more than one certificate")
    return owners.pop()


def _usable(certificates: Iterable[str]) -> Iterator[_Certificate]:
    for text in certificates:
        try:
            yield _certificate(text)
        except OpenPGPProblem:
            continue


def _detached(armored: bytes) -> _Signature:
    packets = list(_packets(_unarmored(armored, "SIGNATURE", with_headers=False)))
    if [tag for tag, _ in packets] != [_SIGNATURE]:
        raise OpenPGPProblem("it is not exactly one signature")
    signature = _signature(packets[0][1])
    if signature.kind != _BINARY:
        raise OpenPGPProblem("it is not a signature over a document as it is")
    if signature.hash_name is None:
        raise OpenPGPProblem("it uses a hash other than SHA-256, SHA-384 and SHA-512")
    if signature.demanding:
        raise OpenPGPProblem("it demands something that is not understood here")
    unsigned = [kind for kind, _ in signature.unsigned]
    if len(set(unsigned)) != len(unsigned) or not set(unsigned) <= {_ISSUER, _ISSUER_FINGERPRINT}:
        raise OpenPGPProblem("it carries things that nobody signed")
    return signature


def _named_keys(signature: _Signature) -> set[str]:
    """Every key id and fingerprint by which the signature names its key. All have to fit."""
    named = set()
    for kind, value in (*signature.signed, *signature.unsigned):
        if kind == _ISSUER:
            named.add(value.hex().upper())
        elif kind == _ISSUER_FINGERPRINT:
            if value[:1] != b"\x04":
                raise OpenPGPProblem("it was made by a key of another version than 4, which is not read here")
            named.add(value[1:].hex().upper())
    return named


@lru_cache(maxsize=256)
def _certificate(text: str) -> _Certificate:
    try:
        armored = text.encode("ascii")
    except UnicodeEncodeError as error:
        raise OpenPGPProblem("the OpenPGP key is not ASCII") from error
    packets = list(_packets(_unarmored(armored, "PUBLIC KEY BLOCK", with_headers=True)))
    tags = [tag for tag, _ in packets]
    if any(tag in _SECRET for tag in tags):
        raise OpenPGPProblem("it holds a private key; make a new key, since this one is known now")
    if tags[:1] != [_PRIMARY] or tags.count(_PRIMARY) != 1:
        raise OpenPGPProblem("it is not exactly one OpenPGP public key")
    primary = _key(packets[0][1])
    if primary.opened is None:
        raise OpenPGPProblem(
            "the OpenPGP key is of a kind that does not count: use Ed25519, ECDSA, or RSA from 2048 bits"
        )
    signing = [primary]
    for tag, body, signatures in _parts(packets):
        if any(signature.kind == _REVOKES_KEY for signature in signatures):
            raise OpenPGPProblem("the OpenPGP key is revoked")
        if tag == _SUBKEY:
            subkey = _key(body)
            if _may_sign(primary, subkey, signatures):
                signing.append(subkey)
    return _Certificate(primary.fingerprint, tuple(signing))


def _parts(packets: list[tuple[int, bytes]]) -> Iterator[tuple[int, bytes, list[_Signature]]]:
    """Each key and user id of a certificate, with the readable signatures that follow it."""
    place = 0
    while place < len(packets):
        tag, body = packets[place]
        place += 1
        signatures = []
        while place < len(packets) and packets[place][0] == _SIGNATURE:
            # Old and foreign certifications that cannot be read vouch for nothing.
            if packets[place][1][:1] == b"\x04":
                signatures.append(_signature(packets[place][1]))
            place += 1
        yield tag, body, signatures


def _may_sign(primary: _Key, subkey: _Key, signatures: list[_Signature]) -> bool:
    if subkey.opened is None or any(signature.kind == _REVOKES_SUBKEY for signature in signatures):
        return False
    both = _hashable(primary) + _hashable(subkey)
    return any(_binds(primary, subkey, signature, both) for signature in signatures)


def _binds(primary: _Key, subkey: _Key, signature: _Signature, both: bytes) -> bool:
    """Whether the primary took in the subkey for signing, and the subkey says the same."""
    flags = [value for kind, value in signature.signed if kind == _FLAGS]
    if signature.kind != _BINDS_SUBKEY or len(flags) != 1 or not flags[0][:1] or not flags[0][0] & _MAY_SIGN:
        return False
    if not _holds(signature, primary, both):
        return False
    embedded = [value for kind, value in (*signature.signed, *signature.unsigned) if kind == _EMBEDDED]
    answers = [_signature(value) for value in embedded]
    return any(answer.kind == _BINDS_PRIMARY and _holds(answer, subkey, both) for answer in answers)


def _hashable(key: _Key) -> bytes:
    return b"\x99" + len(key.body).to_bytes(2) + key.body


def _holds(signature: _Signature, key: _Key, data: bytes) -> bool:
    """Whether the signature is by this key over these bytes."""
    from cryptography.exceptions import InvalidSignature

    if signature.hash_name is None or signature.demanding or signature.algorithm != key.algorithm:
        return False
    trailer = signature.hashed + b"\x04\xff" + len(signature.hashed).to_bytes(4)
    digest = hashlib.new(signature.hash_name, data + trailer).digest()
    if digest[:2] != signature.left:
        return False
    try:
        _check(signature, key, digest)
    except (InvalidSignature, ValueError):
        return False
    return True


def _check(signature: _Signature, key: _Key, digest: bytes) -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

    known: dict[str | None, Any] = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
    prehashed = utils.Prehashed(known[signature.hash_name]())
    if key.algorithm == _ED25519:
        key.opened.verify(signature.numbers, digest)
        return
    numbers = _numbers(signature.numbers, 1 if key.algorithm in _RSA else 2)
    if key.algorithm in _RSA:
        value = numbers[0].rjust(key.opened.key_size // 8, b"\0")
        key.opened.verify(value, digest, padding.PKCS1v15(), prehashed)
    elif key.algorithm == _EDDSA:
        key.opened.verify(numbers[0].rjust(32, b"\0") + numbers[1].rjust(32, b"\0"), digest)
    else:
        pair = utils.encode_dss_signature(int.from_bytes(numbers[0]), int.from_bytes(numbers[1]))
        key.opened.verify(pair, digest, ec.ECDSA(prehashed))


def _key(body: bytes) -> _Key:
    if body[:1] != b"\x04":
        raise OpenPGPProblem("the OpenPGP key is not of version 4, the only one that is read here")
    if not 6 < len(body) < 65536:
        raise OpenPGPProblem("it is no OpenPGP key")
    named = hashlib.sha1(b"\x99" + len(body).to_bytes(2) + body, usedforsecurity=False)
    return _Key(named.hexdigest().upper(), body, body[5], _opened(body[5], body[6:]))


def _opened(algorithm: int, material: bytes) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    try:
        if algorithm in _RSA:
            modulus, exponent = _numbers(material, 2)
            numbers = rsa.RSAPublicNumbers(int.from_bytes(exponent), int.from_bytes(modulus))
            key = numbers.public_key()
            return key if key.key_size >= 2048 and key.key_size % 8 == 0 else None
        if algorithm == _ED25519:
            return ed25519.Ed25519PublicKey.from_public_bytes(material)
        if algorithm not in (_ECDSA, _EDDSA) or not material:
            return None
        curve, rest = material[1 : 1 + material[0]], material[1 + material[0] :]
        (point,) = _numbers(rest, 1)
        if algorithm == _EDDSA and curve == _ED25519_CURVE and point[:1] == b"\x40":
            return ed25519.Ed25519PublicKey.from_public_bytes(point[1:])
        if algorithm == _ECDSA and curve in _CURVES and point[:1] == b"\x04":
            return ec.EllipticCurvePublicKey.from_encoded_point(getattr(ec, _CURVES[curve])(), point)
    except ValueError:
        return None
    return None


def _numbers(data: bytes, count: int) -> list[bytes]:
    """Exactly `count` numbers, each with its length in bits. Raises ValueError."""
    found = []
    for _ in range(count):
        bits = int.from_bytes(data[:2])
        value = data[2 : 2 + (bits + 7) // 8]
        if len(data) < 2 or not bits or int.from_bytes(value).bit_length() != bits:
            raise ValueError("not a number as OpenPGP writes it")
        found.append(value)
        data = data[2 + len(value) :]
    if data:
        raise ValueError("bytes that nothing accounts for")
    return found


def _signature(body: bytes) -> _Signature:
    if body[:1] != b"\x04":
        raise OpenPGPProblem("the signature is not of version 4, the only one that is read here")
    if len(body) < 6:
        raise OpenPGPProblem("it ends too early")
    hashed_end = 6 + int.from_bytes(body[4:6])
    unhashed_end = hashed_end + 2 + int.from_bytes(body[hashed_end : hashed_end + 2])
    if len(body) < unhashed_end + 2:
        raise OpenPGPProblem("it ends too early")
    signed = tuple(_subpackets(body[6:hashed_end]))
    return _Signature(
        body[1],
        body[2],
        _HASHES.get(body[3]),
        body[:hashed_end],
        tuple((kind & 0x7F, value) for kind, value in signed),
        tuple((kind & 0x7F, value) for kind, value in _subpackets(body[hashed_end + 2 : unhashed_end])),
        any(kind & 0x80 and kind & 0x7F not in _UNDERSTOOD for kind, _ in signed),
        body[unhashed_end : unhashed_end + 2],
        body[unhashed_end + 2 :],
    )


def _subpackets(area: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind, with the bit that makes it critical, and content."""
    while area:
        length, area = _length(area)
        if not 0 < length <= len(area):
            raise OpenPGPProblem("it ends too early")
        yield area[0], area[1:length]
        area = area[length:]


def _length(data: bytes) -> tuple[int, bytes]:
    """A length of one, two or five bytes, and what follows it."""
    if data[:1] < b"\xc0":
        size, length = 1, int.from_bytes(data[:1])
    elif data[:1] < b"\xff":
        size, length = 2, ((data[0] - 192) << 8) + int.from_bytes(data[1:2]) + 192
    else:
        size, length = 5, int.from_bytes(data[1:5])
    if len(data) < size:
        raise OpenPGPProblem("it ends too early")
    return length, data[size:]


def _packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and body of every packet."""
    while data:
        head, rest = data[0], data[1:]
        if head & 0xC0 == 0xC0:
            tag = head & 0x3F
            if rest[:1] >= b"\xe0" and rest[:1] != b"\xff":
                raise OpenPGPProblem("it comes in parts, which keys and signatures never do")
            length, rest = _length(rest)
        elif head & 0x80 and head & 3 != 3:
            tag, size = (head >> 2) & 0x0F, 1 << (head & 3)
            length, rest = int.from_bytes(rest[:size]), rest[size:]
        else:
            raise OpenPGPProblem("it is not made of OpenPGP packets")
        if length > len(rest):
            raise OpenPGPProblem("it ends too early")
        yield tag, rest[:length]
        data = rest[length:]


def _unarmored(armored: bytes, kind: str, *, with_headers: bool) -> bytes:
    """The bytes inside exactly one armored block."""
    begin, end = f"-----BEGIN PGP {kind}-----", f"-----END PGP {kind}-----"
    try:
        lines = armored.decode("ascii").replace("\r\n", "\n").strip("\n").split("\n")
    except UnicodeDecodeError as error:
        raise OpenPGPProblem("it is not ASCII") from error
    if lines[0] != begin or lines[-1] != end or "" not in lines:
        raise OpenPGPProblem(f"it is not exactly one block `{begin}`")
    blank = lines.index("")
    headers, body = lines[1:blank], lines[blank + 1 : -1]
    if headers and not (with_headers and all(_ARMOR_HEADER.fullmatch(line) for line in headers)):
        raise OpenPGPProblem("its armor carries text that nobody signed; sign with `no-comments` and `no-emit-version`")
    checksum = body.pop() if body and body[-1].startswith("=") else None
    text = "".join(body)
    if "" in body:
        raise OpenPGPProblem("its armor has blank lines inside")
    try:
        data = base64.b64decode(text, validate=True)
        expected = None if checksum is None else base64.b64decode(checksum[1:], validate=True)
    except (binascii.Error, ValueError) as error:
        raise OpenPGPProblem("it is not valid base64") from error
    if base64.b64encode(data).decode() != text:
        raise OpenPGPProblem("it is not valid base64")
    if expected is not None and expected != _crc24(data).to_bytes(3):
        raise OpenPGPProblem("its checksum is wrong: it was damaged on the way")
    return data


def _crc24(data: bytes) -> int:
    crc = 0xB704CE
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1864CFB
    return crc
