"""The key figures as text for a terminal, and as Markdown for a report."""

from collections.abc import Iterator

from ray18.evidence.markdown import cell, table
from ray18.kpis.model import FigureOutput, KpiOutput, KpiReportOutput, TimesOutput

_SIGNS = {"percent": " %", "count": "", "times": " x"}


def text(report: KpiReportOutput) -> str:
    """What a lead reads at the terminal."""
    width = max(len(kpi.name) for kpi in report.kpis)
    lines = [f"{report.program}: key figures as of {report.as_of} ({_history(report)})", ""]
    for kpi in report.kpis:
        target = f"  (target {kpi.target})" if kpi.target else ""
        lines.append(f"{kpi.name:{width}}  {_amount(kpi.value, kpi.unit):>12}  {kpi.reads}{target}")
        lines += [f"{'':{width}}  {'':12}  {line}" for line in (kpi.differs, *kpi.notes) if line]
    for kpi in report.kpis:
        lines += ["", *_times_as_text(kpi)] if len(kpi.times) > 1 else []
    for kpi in report.kpis:
        lines += ["", kpi.name, *(f"  {_figure(figure)}" for figure in kpi.figures)] if kpi.figures else []
    return "\n".join([*lines, "", *report.notes]) + "\n"


def _history(report: KpiReportOutput) -> str:
    return f"{report.steps:,} steps since {report.since}" if report.since else "no history"


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}{_SIGNS[unit]}" if unit in ("count",) else f"{value:,.1f}{_SIGNS.get(unit, f' {unit}')}"


def _figure(figure: FigureOutput) -> str:
    return f"{_amount(figure.value, figure.unit):>12}  {figure.name}"


def _times_as_text(kpi: KpiOutput) -> Iterator[str]:
    yield f"{kpi.name + f' ({kpi.unit})':38}  median     90 %  naive mean   done   open"
    for row in kpi.times:
        group = row.group + (" (support hours)" if row.clock == "support-hours" else "")
        numbers = f"{_short(row.median):>6}  {_short(row.p90):>7}  {_short(row.naive_mean):>10}"
        yield f"  {group[:36]:36}  {numbers}  {row.ended:5,}  {row.open:5,}"


def _short(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


def markdown(report: KpiReportOutput) -> str:
    """A page for the review of the figures."""
    lines = [f"# Key figures of {cell(report.program)}", "", f"As of {report.as_of}; {_history(report)}.", ""]
    rows = [(k.name, _amount(k.value, k.unit), k.target or "", k.reads) for k in report.kpis]
    lines += [*table(("Figure", "Value", "Target", "It says"), rows)]
    for kpi in report.kpis:
        lines += _section(kpi)
    lines += ["## Notes", "", *(f"- {cell(note)}" for note in report.notes)]
    return "\n".join(lines).rstrip() + "\n"


def _section(kpi: KpiOutput) -> Iterator[str]:
    if not (kpi.times or kpi.figures or kpi.differs or kpi.notes):
        return
    yield from (f"## {cell(kpi.name)}", "")
    for line in (kpi.differs, *kpi.notes):
        yield from (f"{cell(line[0].upper() + line[1:])}.", "") if line else ()
    if kpi.times:
        header = (f"Group ({kpi.unit})", "Median", "90 %", "Mean so far", "Naive mean", "Naive median", "Done", "Open")
        yield from table(header, [_row(row) for row in kpi.times])
    if kpi.figures:
        yield from table(("Figure", "Value"), [(f.name, _amount(f.value, f.unit)) for f in kpi.figures])


def _row(row: TimesOutput) -> tuple[str, ...]:
    group = row.group + (" (support hours)" if row.clock == "support-hours" else "")
    numbers = (row.median, row.p90, row.mean_so_far, row.naive_mean, row.naive_median)
    return (group, *map(_short, numbers), f"{row.ended:,}", f"{row.open:,}")
