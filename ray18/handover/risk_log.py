"""`SECURITY-RISK-LOG.csv`: one row for each security risk; the columns of CISA's KEV catalog are known.

Also what scanners report: SARIF, OSV, CycloneDX VEX, pip-audit, Trivy (`ray18.handover.scanners`).
"""

import re
from dataclasses import replace
from datetime import date

from ray18.documents.backlog import Kev, Security
from ray18.findings import shown
from ray18.handover.days import read_day
from ray18.handover.delivery import Delivery, Part
from ray18.handover.draft import Claim, Stream
from ray18.handover.item_list import ItemList, Sightings, read_items
from ray18.handover.model import Notebook, Reading
from ray18.handover.rows import Shape
from ray18.handover.scanners import read_report
from ray18.handover.table import ITEM_COLUMNS, Columns, Row
from ray18.handover.text import one_line
from ray18.handover.words import RISK_STATES

COLUMNS: Columns = {
    **ITEM_COLUMNS,
    "id": ("riskid", *ITEM_COLUMNS["id"], "cve", "cveid", "findingid", "vulnerabilityid"),
    "title": (*ITEM_COLUMNS["title"], "risk", "vulnerability", "vulnerabilityname", "finding"),
    "product": ("product", "component", "asset", "package", "software"),
    "required_action": ("requiredaction",),
    "ransomware": ("knownransomwareuse", "knownransomwarecampaignuse"),
    "cwe": ("cwe", "cwes", "cweid"),
    "cvss": ("cvss", "cvssvector"),
    "epss": ("epss", "epssscore"),
    "aliases": ("aliases",),
}
_LISTS = ("risks", "items", "vulnerabilities", "findings", "security_risks", "risk_log", "entries", "issues", "alerts")
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}", re.ASCII)
_CWE = re.compile(r"CWE-[0-9]{1,5}", re.ASCII)
_SEPARATOR = re.compile(r"[,;\s]+")


def read(delivery: Delivery) -> Reading:
    """Every risk as a backlog item."""
    return read_items(delivery, KIND)


def claim(row: Row) -> Claim:
    """The claim of one row; its title begins with its id, where it has one."""
    natural = row.get("id")
    title = row.get("title")
    named = {**row.values, "title": f"{natural}: {title}"} if natural and natural not in title and title else row.values
    annotations = {}
    if row.get("required_action") and not _is_kev(row):
        annotations["required-action"] = one_line(row.get("required_action"))
    return Claim(
        Row(row.line, named, row.extra),
        f"row {natural}" if natural else f"line {row.line}",
        "\n".join((row.get("product"), title)),
        security=_security,
        annotations=annotations,
    )


def _is_kev(row: Row) -> bool:
    """Whether the row has what only the catalog of known exploited vulnerabilities gives."""
    return bool(row.get("ransomware") and row.get("required_action"))


def _security(row: Row, notes: Notebook) -> Security | None:
    state = row.get("status").casefold()
    fields = {
        "cve": _vulnerabilities(row),
        "cwe": _weaknesses(row, notes),
        "cvss": _vector(row, notes),
        "epss": _probability(row, notes),
        "kev": _kev(row, notes) if _is_kev(row) else None,
        "product": one_line(row.get("product"))[:300].strip() or None,
        "risk_state": state if state in RISK_STATES else None,
    }
    given = {name: value for name, value in fields.items() if value}
    return Security.model_validate(given) if given else None


def _vulnerabilities(row: Row) -> tuple[str, ...]:
    """Every CVE id that the row names, in whichever column."""
    said = " ".join((row.get("id"), row.get("title"), row.get("aliases"), *row.extra.values()))
    return tuple(dict.fromkeys(_CVE.findall(said)))


def _weaknesses(row: Row, notes: Notebook) -> tuple[str, ...]:
    known = []
    for word in filter(None, _SEPARATOR.split(row.get("cwe"))):
        if _CWE.fullmatch(word):
            known.append(word)
        else:
            notes.note(row.line, f"cwe {shown(word)} is not a CWE id", "write it as CWE-79")
    return tuple(dict.fromkeys(known))


def _vector(row: Row, notes: Notebook) -> str | None:
    given = row.get("cvss")
    if given and not given.startswith("CVSS:"):
        notes.note(row.line, f"cvss {shown(given)} is not a vector", "set `security.cvss` to the vector string")
        return None
    return given[:300] or None


def _probability(row: Row, notes: Notebook) -> float | None:
    given = row.get("epss")
    if not given:
        return None
    if re.fullmatch(r"(?:0(?:\.[0-9]{1,12})?|1(?:\.0{1,12})?)", given, re.ASCII):
        return float(given)
    notes.note(row.line, f"epss {shown(given)} is not a probability", "write a number from 0 to 1")
    return None


def _kev(row: Row, notes: Notebook) -> Kev:
    known = {"known": "Known", "unknown": "Unknown"}.get(row.get("ransomware").casefold())
    if not known:
        message = f"known ransomware use {shown(row.get('ransomware'))} is not a known value"
        notes.note(row.line, message, "write Known or Unknown")
    fields = {
        "date_added": _sure_day(row.get("created"), notes),
        "due_date": _sure_day(row.get("due"), notes),
        "required_action": one_line(row.get("required_action")),
        "known_ransomware_campaign_use": known,
    }
    return Kev.model_validate({name: value for name, value in fields.items() if value})


def _sure_day(text: str, notes: Notebook) -> date | None:
    """The day, where it can be read in one way; that it cannot is said of the item's own field."""
    day = read_day(text, notes.dialect)
    return day if isinstance(day, date) else None


def _report(part: Part, notes: Notebook) -> Sightings | None:
    report = read_report(part, notes)
    return Sightings(tuple(map(_seen, report.rows)), report.seen) if report else None


def _seen(row: Row) -> Claim:
    """The claim of a scanner's finding; its title names it already."""
    return replace(claim(row), row=row, key=row.get("id"), annotations={})


KIND = ItemList(Stream("SEC", "security-risk"), Shape(COLUMNS, "title", _LISTS, "risks"), "csv", claim, _report)
