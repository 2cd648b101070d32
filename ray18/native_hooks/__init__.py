"""Git hooks without a hook manager: which folder they live in, the files that are put there, and what they look at."""
