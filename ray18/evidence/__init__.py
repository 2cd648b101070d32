"""Evidence: artifacts derived from the records, one writer for each; the same records give the same bytes."""
