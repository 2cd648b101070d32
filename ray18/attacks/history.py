"""Scripts about history."""
