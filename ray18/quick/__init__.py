"""What the commit hook knows without judging: it can only ever say "nothing to say"; all else goes to the full judge.

Nothing here imports more than it must (a test holds the list): no click, pydantic, jsonschema, GitPython or subprocess.
"""
