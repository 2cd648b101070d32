"""The only door to YAML (and JSON): `load` reads strictly, `edit` writes without losing a comment."""

from ray18.yaml.edit import edit as edit
from ray18.yaml.edit import render as render
from ray18.yaml.strict import Loaded as Loaded
from ray18.yaml.strict import Place as Place
from ray18.yaml.strict import Problem as Problem
from ray18.yaml.strict import Step as Step
from ray18.yaml.strict import Value as Value
from ray18.yaml.strict import fast as fast
from ray18.yaml.strict import load as load
from ray18.yaml.strict import load_json as load_json
