"""`jobdash stack`: where a running job is."""

import click

from jobdash.cli.clock import now
from jobdash.cli.command import FileCommand, json_option
from jobdash.cli.failure import DONE
from jobdash.cli.output import print_json, say
from jobdash.cli.reading import open_report
from jobdash.cli.settings import Settings
from jobdash.cli.table import STATE_COLOURS
from jobdash.render import call_text, describe_when
from jobdash.render.stacks import stack_json, stack_lines


@click.command("stack", cls=FileCommand, example="jobdash stack 12")
@click.argument("ref")
@json_option
@click.pass_obj
def stack(settings: Settings, ref: str, as_json: bool) -> int:
    """Show where a running job is: the Python stacks of its worker, the job's own first.

    REF is its number (12 or #12), its id, or the beginning of its id. The job goes on; a call of
    the system that it waits in is taken up again. C code shows as the Python line that calls it.
    On Linux only.
    """
    with open_report(settings) as report:
        job = report.job(ref)
        found = report.stack(job.seq)
    if as_json:
        print_json(stack_json(found))
    else:
        say(f"#{job.seq}  {job.state}  {call_text(job)}", style=STATE_COLOURS.get(job.state))
        say(f"{describe_when(job, now())}  {found.worker}, process {found.pid}")
        for line in stack_lines(found):
            say(line)
    return DONE
