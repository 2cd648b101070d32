"""Key figures from records and history: each with its formula, what it rests on, and what it leaves open."""
