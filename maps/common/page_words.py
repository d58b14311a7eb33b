"""What a page says of itself, the same for a map, a map of areas and a pack."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class PageWords:
    """The words of a page; None stands for what the page finds out by itself.

    Attributes
    ----------
    title : str, optional
        Heading of the page.
    period, source, note : str
        What the counts are over ("July 2018"), where they come from, and what was left out.
    attribution : str
        Licence line at the foot.
    marking : str, optional
        Protective marking; None is the profile's own.
    counted : str, optional
        What the counts are of: "crimes and ASB incidents", "records".
    headline : str
        One sentence above the list: whether things got better.
    """

    title: str | None = None
    period: str = ""
    source: str = ""
    note: str = ""
    attribution: str = ""
    marking: str | None = None
    counted: str | None = None
    headline: str = ""

    @property
    def sources(self) -> list[str]:
        """The sources, as the choice of a profile takes them."""
        return [self.source] if self.source else []

    def filled(self, *, title: str, counted: str, credit: str) -> PageWords:
        """Return the same words, with those that the page found out by itself."""
        return replace(self, title=self.title or title, counted=counted, attribution=credit)
