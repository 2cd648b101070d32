"""What a forge told, kept in a file: an export of its answers, or the payload of a webhook; read without a network."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Literal

from pydantic import Field, ValidationError

from ray18.errors import BlockedError, UsageError
from ray18.forges.model import Answer, Change, ForgeName, Told
from ray18.forges.table import forge


class _Kept(Told):
    what: str
    sha256: str
    body: str


class _Export(Told):
    ray18_export: Literal[1]
    forge: ForgeName
    answers: list[_Kept] = Field(min_length=1)


def exported(name: ForgeName, answers: Sequence[Answer]) -> bytes:
    """The answers as a file, byte for byte."""
    kept = [{"what": one.what, "sha256": one.digest, "body": one.body.decode()} for one in answers]
    return (
        json.dumps({"ray18_export": 1, "forge": name, "answers": kept}, ensure_ascii=False, indent=1).encode() + b"\n"
    )


def read(content: bytes, name: ForgeName | None) -> Change:
    """The change that a file tells of: an export, or the payload of a webhook of the forge named."""
    if b'"ray18_export"' not in content[:200]:
        if name is None:
            raise UsageError("whose webhook is this?", "name the forge with --forge")
        return forge(name).from_webhook(content)
    try:
        told = _Export.model_validate_json(content)
    except ValidationError as error:
        raise BlockedError(
            "this export cannot be read", "save it again: ray18 approvals observe --save FILE"
        ) from error
    answers = tuple(Answer(one.what, one.body.encode()) for one in told.answers)
    if any(answer.digest != one.sha256 for answer, one in zip(answers, told.answers, strict=True)):
        raise BlockedError("an answer in this export is not what was saved", "save it again")
    return forge(told.forge).change(answers)


def require_vouched(payload: bytes, signature: str, secret: str) -> None:
    """Raises BlockedError unless whoever sent a payload knew the secret.

    GitHub: `X-Hub-Signature-256: sha256=HEX`, Gitea: `X-Gitea-Signature: HEX`, both HMAC-SHA-256; GitLab sends the secret
    itself, as `X-Gitlab-Token`.
    """
    made = hmac.new(secret.encode(), payload, hashlib.sha256).hexdigest()
    sent = signature.removeprefix("sha256=").encode()
    if not (hmac.compare_digest(sent, made.encode()) or hmac.compare_digest(sent, secret.encode())):
        raise BlockedError(
            "the webhook's signature does not fit its payload", "it was not sent by who knows the secret"
        )
