"""Scripts about objects."""
