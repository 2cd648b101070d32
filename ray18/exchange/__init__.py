"""Sheets that travel: backlog items as tables for people who work elsewhere, and back without losing anything."""
