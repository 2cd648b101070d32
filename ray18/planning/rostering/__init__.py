"""Who is on call when: the rules, a fair rota, a calm change of one, the reasons for what nobody can take, and calendars."""
