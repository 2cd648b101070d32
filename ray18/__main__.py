"""`python -m ray18`: the same as the console script, but never importing from the current directory."""

import sys

if sys.path and sys.path[0] in {"", sys.argv[0].rsplit("/ray18/", 1)[0]} and not sys.flags.safe_path:
    sys.path.pop(0)

from ray18.start import main

main()
