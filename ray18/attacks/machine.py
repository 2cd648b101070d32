"""Scripts about machine."""
