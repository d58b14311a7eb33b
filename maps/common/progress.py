"""Progress on the command line: a bar where somebody watches, one line a step elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Steps:
    """The steps of a job, told one by one on standard error."""

    def __init__(self, total: int) -> None:
        self.console = Console(stderr=True, highlight=False, soft_wrap=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self.bar = Progress(*columns, console=self.console, transient=True)
        self.live = self.console.is_terminal
        self.task = self.bar.add_task("Starting", total=total)
        self.started = False

    def say(self, text: str) -> None:
        """Begin the next step."""
        if self.started:
            self.bar.advance(self.task)
        self.started = True
        self.bar.update(self.task, description=text)
        if not self.live:
            self.console.print(f"{text} ...", markup=False)


@contextmanager
def show_steps(total: int) -> Iterator[Steps]:
    """Show the steps of a job while the block runs."""
    steps = Steps(total)
    if not steps.live:
        yield steps
        return
    with steps.bar:
        yield steps
