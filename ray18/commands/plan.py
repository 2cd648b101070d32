"""`ray18 plan`: draft a plan from the records, and show it."""

import click

from ray18.commands.modelines import header
from ray18.commands.output import say
from ray18.commands.place import judging_options, open_judge, program_root, root, today
from ray18.documents.document import made
from ray18.documents.people import People
from ray18.documents.plan import Plan
from ray18.errors import BlockedError, UsageError
from ray18.evidence.maintenance_plan import written
from ray18.files import write_whole
from ray18.gates import Judge
from ray18.planning.draft import Known, draft_plan
from ray18.terminal import safe
from ray18.yaml import render


@click.group()
def command() -> None:
    """Draft and show the maintenance and support plan.

    \b
    Examples:
      ray18 plan draft
      ray18 plan show
      ray18 plan show --rev v1.4
    """


@command.command()
@click.option("--force", is_flag=True, help="Replace the plan that is there.")
@click.pass_context
def draft(ctx: click.Context, force: bool) -> None:
    """Write a first plan from catalog, backlog and hand-over; every gap that it leaves is named.

    The plan goes into plan.yaml for people to edit; it decides nothing. A plan that is there is kept.
    """
    judge = open_judge(program_root(ctx), as_of=today())
    path = judge.program.rules.settings.locations.plan
    target = root(ctx) / path
    if target.exists() and not force:
        raise UsageError(f"{path} exists already", "edit it, or replace it with --force")
    result = draft_plan(_known(judge), today())
    made(Plan, result.plan)
    gaps = "".join(f"# GAP {number}: {safe(gap)}\n" for number, gap in enumerate(result.gaps, 1))
    write_whole(target, render(result.plan, header("plan", path) + gaps))
    say(f"wrote  {path}\n")
    say("".join(f"gap    {safe(gap)}\n" for gap in result.gaps))
    say("\nNext: fill the gaps in, then ray18 gate approvals\n")


@command.command()
@judging_options
def show(judge: Judge) -> None:
    """Print the plan as Markdown, the way approvers read it."""
    program = judge.program
    plan = program.one("plan")
    if plan is None:
        first = next(
            (problem for problem in program.problems if problem.path == program.rules.settings.locations.plan),
            None,
        )
        if first:
            raise BlockedError(f"{first.path}:{first.line}:{first.column}: {first.message}", first.remedy)
        raise UsageError("there is no plan yet", "draft one: ray18 plan draft")
    say((written(judge) or b"").decode())


def _known(judge: Judge) -> Known:
    program = judge.program
    if program.problems:
        first = program.problems[0]
        raise BlockedError(f"{first.path}:{first.line}:{first.column}: {first.message}", "mend it first: ray18 check")
    services, people, handover = program.one("services"), program.one("people"), judge.handover
    return Known(
        title=program.rules.settings.program.title,
        services=services.content.services if services else (),
        items=tuple(item.content for item in program.of("backlog-item")),
        people=people.content if people else People(),
        support_hours=handover.support.hours if handover.support else "",
        time_zone=handover.support.time_zone if handover.support else "",
        restore_minutes=[
            (sla.service, sla.target_minutes, sla.severity or "")
            for sla in handover.slas
            if sla.target_minutes is not None and sla.metric == "time-to-restore"
        ],
    )
