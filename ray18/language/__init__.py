"""What an editor is told while records are written: `server` speaks with it, `live` judges, the others complete and explain."""
