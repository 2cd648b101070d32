"""The commands: one module each, imported only when it is called. The rim: clock, environment and printing belong here."""
