"""What a page says of itself, the same for a map, a map of areas and a pack."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class PageWords:
    """The words of a page; None stands for what the page finds out by itself."""

    title: str | None = None  # heading of the page
    period: str = ""  # what the counts are over ("July 2018"), where they come from, and what was left out
    source: str = ""  # what the counts are over ("July 2018"), where they come from, and what was left out
    note: str = ""  # what the counts are over ("July 2018"), where they come from, and what was left out
    attribution: str = ""  # licence line at the foot
    marking: str | None = None  # protective marking; None is the profile's own
    counted: str | None = None  # what the counts are of: "crimes and ASB incidents", "records"
    headline: str = ""  # one sentence above the list: whether things got better
    beside: tuple[str, str] = ("", "")  # a page that lies in the same folder: its file, and what stands there

    @property
    def sources(self) -> list[str]:
        """The sources, as the choice of a profile takes them."""
        return [self.source] if self.source else []

    def filled(self, *, title: str, counted: str, credit: str) -> "PageWords":
        """Return the same words, with those that the page found out by itself."""
        return replace(self, title=self.title or title, counted=counted, attribution=credit)
