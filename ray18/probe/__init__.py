"""Looking at live systems: monitoring, tickets, knowledge base, escalation, dashboards and alerts, as the governance names them.

Only `ray18 probe` does this. It writes down what it saw, and gates read that.
"""
