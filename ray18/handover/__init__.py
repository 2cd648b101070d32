"""The hand-over: one reader for each artifact, and `read_handover`, which drops nothing in silence."""

from ray18.handover.artifacts import ARTIFACTS as ARTIFACTS
from ray18.handover.model import Handover as Handover
from ray18.handover.model import Remark as Remark
from ray18.handover.reading import read_handover as read_handover
