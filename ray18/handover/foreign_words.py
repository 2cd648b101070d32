"""Words for fields and values in other languages and trackers. They are used in proposals only; intake never guesses."""

from collections.abc import Mapping

FIELDS: Mapping[str, str] = {
    "titel": "title", "befund": "title", "bezeichnung": "title", "thema": "title", "massnahme": "title", "maßnahme": "title",
    "titre": "title", "título": "title", "titolo": "title", "subject": "title", "headline": "title",
    "beschreibung": "description", "beschrijving": "description", "descripción": "description", "descrizione": "description",
    "schweregrad": "severity", "kritikalität": "severity", "gravité": "severity", "gravedad": "severity", "ernst": "severity",
    "sévérité": "severity", "severidad": "severity", "gravità": "severity", "impactlevel": "severity", "sev": "severity",
    "priorität": "priority", "priorité": "priority", "prioridad": "priority", "prioriteit": "priority", "prio": "priority",
    "verantwortlich": "owner", "verantwortlicher": "owner", "zuständig": "owner", "zuständigkeit": "owner",
    "bearbeiter": "owner", "responsable": "owner", "responsabile": "owner", "eigenaar": "owner", "assignedengineer": "owner",
    "accountable": "owner", "dri": "owner", "frist": "due", "fällig": "due", "fälligkeit": "due", "fälligam": "due",
    "termin": "due", "échéance": "due", "vencimiento": "due", "scadenza": "due", "vervaldatum": "due", "fixby": "due",
    "remediationdate": "due", "scheduledcompletiondate": "due", "erstellt": "created", "erstelltam": "created",
    "erfasst": "created", "gemeldet": "created", "entdeckt": "created", "crééle": "created", "creado": "created",
    "originaldetectiondate": "created", "firstseen": "created", "reportedon": "created", "zustand": "status",
    "statut": "status", "estado": "status", "stato": "status", "dienst": "service", "servicio": "service",
    "servizio": "service", "system": "service", "application": "service", "nr": "id", "nummer": "id", "kennung": "id",
    "poamid": "id", "ticketid": "id", "reference": "id", "ref": "id", "weaknessname": "title",
}  # fmt: skip
"""Headings, folded, and our names of the fields."""
VALUES: Mapping[str, Mapping[str, str]] = {
    "severity": {
        "kritisch": "Critical", "sehr hoch": "Critical", "critique": "Critical", "crítico": "Critical", "crítica": "Critical",
        "critico": "Critical", "critica": "Critical", "hoch": "High", "élevé": "High", "élevée": "High", "haute": "High",
        "alto": "High", "alta": "High", "hoog": "High", "mittel": "Medium", "moyen": "Medium", "moyenne": "Medium",
        "medio": "Medium", "media": "Medium", "middel": "Medium", "niedrig": "Low", "gering": "Low", "faible": "Low",
        "bajo": "Low", "baja": "Low", "basso": "Low", "bassa": "Low", "laag": "Low",
    },
    "status": {
        "offen": "open", "neu": "open", "ouvert": "open", "abierto": "open", "aperto": "open", "nieuw": "open",
        "in arbeit": "in-progress", "in bearbeitung": "in-progress", "en cours": "in-progress", "en curso": "in-progress",
        "in corso": "in-progress", "blockiert": "blocked", "bloqué": "blocked", "bloqueado": "blocked", "erledigt": "done",
        "geschlossen": "done", "fermé": "done", "terminé": "done", "cerrado": "done", "chiuso": "done", "gesloten": "done",
    },
    "priority": {}, "tier": {},
}  # fmt: skip
"""Values, folded, in other languages."""
_GUESSES: Mapping[str, Mapping[str, str]] = {
    "severity": {
        "blocker": "Critical", "urgent": "Critical", "sev0": "Critical", "sev1": "Critical", "sev-1": "Critical",
        "s1": "Critical",
        "p1": "Critical", "1": "Critical", "very high": "Critical", "major": "High", "important": "High", "severe": "High",
        "sev2": "High", "sev-2": "High", "s2": "High", "p2": "High", "2": "High", "error": "High", "normal": "Medium",
        "sev3": "Medium", "sev-3": "Medium", "s3": "Medium", "p3": "Medium", "3": "Medium", "warning": "Medium",
        "minor": "Low", "trivial": "Low", "sev4": "Low", "sev-4": "Low", "s4": "Low", "p4": "Low", "4": "Low", "note": "Low",
        "info": "Low",
    },
    "priority": {
        "1": "P1", "2": "P2", "3": "P3", "4": "P4", "critical": "P1", "highest": "P1", "urgent": "P1", "high": "P2",
        "medium": "P3", "normal": "P3", "low": "P4", "lowest": "P4",
    },
    "status": {
        "backlog": "open", "accepted": "open", "planned": "open", "triage": "open", "wip": "in-progress", "doing": "in-progress",
        "in review": "in-progress", "active": "in-progress", "started": "in-progress", "waiting": "blocked",
        "pending": "blocked", "deferred": "blocked", "complete": "done", "finished": "done", "mitigated": "done",
        "rejected": "wont-do", "duplicate": "wont-do", "risk accepted": "wont-do", "cancelled": "wont-do", "canceled": "wont-do",
    },
    "tier": {"gold": "1", "platinum": "1", "critical": "1", "silver": "2", "high": "2", "bronze": "3", "medium": "3", "low": "4"},
}  # fmt: skip
"""Values of trackers that teams use in more than one way."""


def meaning(name: str, text: str) -> tuple[str, bool]:
    """What a folded value may stand for, and whether that is a translation and no guess; empty when nothing is known."""
    translated = VALUES.get(name, {}).get(text)
    return (translated, True) if translated else (_GUESSES.get(name, {}).get(text, ""), False)
