"""Signing with a person's own key.

SSH keys sign in process when the key file can be read, and through ssh-keygen for agents and tokens; OpenPGP keys through gpg.
"""

import os
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ray18 import openpgp, sshsig
from ray18.errors import EnvironmentProblem, UsageError
from ray18.git import Repository
from ray18.scrubbed import environment

_GPG_ENVIRONMENT = """HOME GNUPGHOME GPG_TTY PATH TERM DISPLAY WAYLAND_DISPLAY XDG_RUNTIME_DIR
    DBUS_SESSION_BUS_ADDRESS SSH_AUTH_SOCK""".split()
"""What gpg needs of the person's environment to find its keys and to ask for a passphrase."""
_DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa", "id_ed25519_sk")


@dataclass(frozen=True)
class Signer:
    """A key that can sign: its public half, and how."""

    public_key: bytes
    """An SSH key's wire form; empty for OpenPGP."""
    sign: Callable[[bytes, str], bytes]
    """Message and namespace to armored signature."""
    fingerprint: str
    """As `signatures.verify` names the key."""


def find_key(named: Path | None, repository: Repository, home: Path) -> Path:
    """The key file to sign with: the one named, Git's `user.signingKey`, or the usual one. Raises UsageError."""
    if named is not None:
        return named
    status, output, _ = repository.attempt("config", "--type=path", "--get", "user.signingKey")
    configured = output.decode("utf-8", "replace").strip() if status == 0 else ""
    if configured and not configured.startswith(("ssh-", "key::")):
        return Path(configured)
    for name in _DEFAULT_KEYS:
        if (home / ".ssh" / name).is_file():
            return home / ".ssh" / name
    raise UsageError(
        "there is no SSH key to sign with",
        "make one (ssh-keygen -t ed25519), add its .pub line to you in people.yaml, or name one with --key",
    )


def open_key(path: Path, passphrase: Callable[[], str]) -> Signer:
    """A signer for a key file; `passphrase` is asked only when the key needs one. Raises UsageError."""
    if not path.is_file():
        raise UsageError(f"there is no key {path}", "name your private key with --key")
    if path.suffix == ".pub":
        return _external(path, path.read_text())
    from cryptography.exceptions import UnsupportedAlgorithm

    content = path.read_bytes()
    try:
        return in_process(_loaded(content, passphrase))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        public = path.with_name(f"{path.name}.pub")
        if public.is_file():
            return _external(path, public.read_text())
        raise UsageError(f"{path} cannot be used to sign: {error}", "name an SSH private key with --key") from error


def key_in(content: bytes, where: str) -> Signer:
    """A signer for a private key without a passphrase that was given as text. Raises UsageError."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    try:
        return in_process(load_ssh_private_key(content.strip() + b"\n", None))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError(
            f"{where} holds no usable SSH private key", "put the whole key there, without a passphrase"
        ) from error


def in_process(private_key: Any) -> Signer:
    """A signer for a private key that `cryptography` loaded."""
    return _ssh(
        sshsig.public_blob(private_key),
        lambda message, namespace: sshsig.sign(private_key, message, namespace),
    )


def open_gpg(key_id: str) -> Signer:
    """A signer for a key in the person's own GnuPG: an id, a fingerprint or an e-mail address. Raises UsageError."""
    if not key_id or key_id.startswith("-"):
        raise UsageError(
            f"{key_id!r} does not name an OpenPGP key", "name it by its fingerprint (gpg --list-secret-keys)"
        )
    exported = _gpg(["--export-options", "export-minimal", "--armor", "--export", "--", key_id], b"")
    if not exported:
        raise UsageError(f"gpg has no key {key_id}", "list yours with gpg --list-secret-keys")
    try:
        fingerprint = openpgp.fingerprint(exported.decode("ascii", "replace"))
    except openpgp.OpenPGPProblem as problem:
        raise UsageError(f"the key {key_id} cannot be used: {problem}", "name one key by its fingerprint") from problem
    return Signer(b"", lambda message, namespace: _by_gpg(fingerprint, message, namespace), fingerprint)


def _ssh(blob: bytes, sign: Callable[[bytes, str], bytes]) -> Signer:
    return Signer(blob, sign, sshsig.fingerprint(blob))


def _by_gpg(fingerprint: str, message: bytes, namespace: str) -> bytes:
    """What a person's own settings would add to a signature (comments, a version, a weak hash) is left out."""
    try:
        signed = openpgp.framed(message, namespace)
    except openpgp.OpenPGPProblem as problem:
        raise UsageError(str(problem), "say what the signature is for") from problem
    plain = ["--no-comments", "--no-emit-version", "--no-textmode", "--digest-algo", "SHA512"]
    return _gpg([*plain, "--local-user", fingerprint, "--armor", "--detach-sign"], signed)


def _gpg(arguments: list[str], content: bytes) -> bytes:
    env = {name: os.environ[name] for name in _GPG_ENVIRONMENT if name in os.environ}
    command = ["gpg", "--quiet", "--no-auto-key-retrieve", *arguments]
    try:
        done = subprocess.run(command, input=content, capture_output=True, env={**env, "LC_ALL": "C"}, check=False)
    except FileNotFoundError as error:
        raise EnvironmentProblem("gpg was not found", "install GnuPG, or sign with an SSH key") from error
    if done.returncode != 0:
        raise EnvironmentProblem(
            f"gpg could not do it: {done.stderr.decode('utf-8', 'replace').strip()[-200:]}",
            "try `gpg --sign` with the same key, or name another with --key",
        )
    return done.stdout


def _loaded(content: bytes, passphrase: Callable[[], str]) -> Any:
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    try:
        return load_ssh_private_key(content, None)
    except (ValueError, TypeError) as error:
        if "password" not in str(error).lower() and "encrypt" not in str(error).lower():
            raise
        return load_ssh_private_key(content, passphrase().encode())


def _external(path: Path, public_line: str) -> Signer:
    try:
        blob = sshsig.key_of(public_line)
    except sshsig.SignatureProblem as problem:
        raise UsageError(f"{path}: {problem}", "name an SSH key with --key") from problem
    return _ssh(blob, lambda message, namespace: _by_ssh_keygen(path, message, namespace))


def _by_ssh_keygen(path: Path, message: bytes, namespace: str) -> bytes:
    """Agents, hardware tokens and exotic keys: OpenSSH itself signs. Keeps SSH_AUTH_SOCK for it."""
    env = environment(
        **{name: os.environ[name] for name in ("SSH_AUTH_SOCK", "DISPLAY", "SSH_ASKPASS") if name in os.environ}
    )
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder, "message")
        document.write_bytes(message)
        command = ["ssh-keygen", "-Y", "sign", "-f", str(path), "-n", namespace, str(document)]
        try:
            done = subprocess.run(command, capture_output=True, env=env, check=False)
        except FileNotFoundError as error:
            raise EnvironmentProblem("ssh-keygen was not found", "install the OpenSSH client") from error
        if done.returncode != 0:
            raise EnvironmentProblem(
                f"ssh-keygen could not sign: {done.stderr.decode('utf-8', 'replace').strip()[-200:]}",
                "load the key into your agent, or name another with --key",
            )
        return document.with_name("message.sig").read_bytes()
