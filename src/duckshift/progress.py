"""Shows on a terminal that something goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def spinner(text: str) -> Iterator[Callable[[str], None]]:
    """Show what is going on, on a terminal only; yields a function that changes the text."""
    from rich.console import Console  # noqa: PLC0415 - heavy modules are imported where they are needed

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status(text) as status:
        yield lambda step: status.update(f"{text}: {step}")
