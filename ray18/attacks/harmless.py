"""Scripts about harmless."""
