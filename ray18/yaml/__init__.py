"""The only door to YAML (and JSON): `load` reads strictly, `edit` writes without losing a comment."""

from ray18.yaml.edit import edit as edit
from ray18.yaml.edit import render as render
from ray18.yaml.json_reader import load_json as load_json
from ray18.yaml.strict import fast as fast
from ray18.yaml.strict import load as load
from ray18.yaml.text import Loaded as Loaded
from ray18.yaml.text import Place as Place
from ray18.yaml.text import Problem as Problem
from ray18.yaml.text import Step as Step
from ray18.yaml.text import Value as Value
