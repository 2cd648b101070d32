"""Planning: from catalog, backlog and settings to proposals that people then decide about."""
