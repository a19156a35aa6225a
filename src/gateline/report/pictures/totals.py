"""Cumulative totals against a cap that starts again with each period: small multiples with shared axes, worst first.

What is compared with what, and where a cap is passed, comes with the input; nothing here decides it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from gateline.numerals import number
from gateline.report.pictures.frame import SMALL, TEXT, WHOLE, Paper, Sheet, nice_step, sentence
from gateline.report.pictures.svg import Box, Markup, Scale, Words, el, fitted, text_width

MOST = 12
COLUMNS = 3
HIGH, HEAD, FOOT, BETWEEN = 150.0, 40.0, 34.0, 16.0
TICKS = 4
THINNEST_STEP = 1.5
"""Steps nearer to each other are drawn as one."""
TALLEST = 4
"""As many times the highest cap as a plot is high, at most; what lies beyond is drawn at its edge."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days on which one cap counts: the first, the day after the last, and the cap [unit of the totals].

    The total starts again with it if `anew`.
    """

    start: date
    end: date
    cap: Fraction
    anew: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """What one consignee, country or company received: the total of the period after each date, in order of dates.

    `passed` is the day on which the cap was passed, as the rule says; `open` that it says nobody knows. `most` is what the
    total is at most, on the same dates; None where nobody knows. Without it the total is exact.
    """

    name: str
    detail: str
    steps: tuple[tuple[date, Fraction], ...]
    passed: date | None = None
    open: bool = False
    most: tuple[tuple[date, Fraction | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals against a quota.

    Attributes
    ----------
    title : str
        Of what: ``cumulative TPP``.
    unit : str
        The unit of every amount.
    cap : str
        What the cap is called, with its citation and status: ``26.9 M a year (740.29), on the books, not enforced``.
    periods : tuple of Period
        In order.
    accounts : tuple of Account
    rest : str
        What is said of accounts that are not among them.
    """

    title: str
    unit: str
    cap: str
    periods: tuple[Period, ...]
    accounts: tuple[Account, ...]
    rest: str = ""


def totals(given: Totals, paper: Paper = WHOLE) -> str:
    """Totals against a quota, the fullest first, at most twelve.

    Parameters
    ----------
    given : Totals
    paper : Paper

    Returns
    -------
    str
        An SVG document.
    """
    sheet = Sheet(paper, "totals")
    if not given.accounts or not given.periods:
        return sheet.empty(given.title, "No shipment counts towards this quota yet.")
    ordered = sorted(
        given.accounts,
        key=lambda account: (account.passed is None, not account.open, -_share(account, given), account.name),
    )
    shown = ordered[:MOST]
    columns = 1 if paper.narrow else min(COLUMNS, len(shown))
    left, right = 62.0, paper.width - 14.0
    wide = (right - left - BETWEEN * (columns - 1)) / columns
    caps = max(float(period.cap) for period in given.periods)
    top = max([caps, *(min(float(value), TALLEST * caps) for each in shown for _, value in each.steps)])
    rows = -(-len(shown) // columns)
    label = min(range(min(columns, len(shown))), key=lambda place: _share(shown[place], given))
    body: list[Markup] = []
    for place, account in enumerate(shown):
        row, column = divmod(place, columns)
        x = left + column * (wide + BETWEEN)
        y = 12 + HEAD + row * (HEAD + HIGH + FOOT)
        plot = Box(x, y, x + wide, y + HIGH)
        body += _one(account, given, plot, top * 1.08, first=column == 0, labelled=place == label)
    bottom = 12 + rows * (HEAD + HIGH + FOOT)
    axis = Words(f"{given.title}, {_in_thousands(top)[1]}{given.unit}", 14, (12 + HEAD + bottom - FOOT) / 2, TEXT, "middle", bold=True, turn=-90)  # fmt: skip
    body.append(axis.draw())
    note, end = sentence(_note(given, ordered), left, right, bottom + 8)
    return sheet.document(end + 12, f"{given.title} against the quota", _told(given, shown), [*body, *note])


def _share(account: Account, given: Totals) -> Fraction:
    """The largest share of a cap that a total reached."""
    return max((_of_cap(day, value, given) for day, value in account.steps), default=Fraction(0))


def _of_cap(day: date, value: Fraction, given: Totals) -> Fraction:
    cap = next((period.cap for period in given.periods if period.start <= day < period.end), None)
    return value / cap if cap else Fraction(0)


def _in_thousands(top: float) -> tuple[int, str]:
    """The power of ten in which amounts are told, and its name."""
    for power, name in ((9, "billions of "), (6, "millions of "), (3, "thousands of ")):
        if top >= 10**power:
            return power, name
    return 0, ""


def _one(account: Account, given: Totals, plot: Box, top: float, *, first: bool, labelled: bool) -> Iterator[Markup]:
    x = Scale(given.periods[0].start.toordinal(), given.periods[-1].end.toordinal(), plot.left, plot.right)
    y = Scale(0, top, plot.bottom, plot.top)
    yield Words(fitted(account.name, plot.width, TEXT, bold=True), plot.left, plot.top - 22, TEXT, bold=True).draw()
    yield Words(fitted(account.detail, plot.width, SMALL), plot.left, plot.top - 7, SMALL, class_="muted").draw()
    yield from _grid(y, plot, top, first=first)
    for period in given.periods:
        yield from _above(period, x, y, plot)
    for run in _runs(given.periods):
        yield from _steps(account, run, x, y, plot)
    for period in given.periods:
        yield _cap(period, x, y)
    yield el("rect", x=plot.left, y=plot.top, width=plot.width, height=plot.height, class_="clear s-line")
    if labelled and account.passed is None:
        cap_y = y(float(given.periods[0].cap))
        room = plot.width - 12
        yield Words(fitted(given.cap, room, SMALL), plot.left + 6, max(cap_y - 5, plot.top + 11), SMALL, class_="muted halo").draw()  # fmt: skip
    yield from _passed(account, given.periods, x, y, plot)
    years = given.periods[0].start.year, given.periods[-1].end.year
    for year in range(years[0], years[1] + 1):
        start, end = (min(max(x(date(each, 1, 1).toordinal()), plot.left), plot.right) for each in (year, year + 1))
        if text_width(str(year), SMALL) <= end - start:
            yield Words(str(year), (start + end) / 2, plot.bottom + 16, SMALL, "middle", "muted").draw()


def _grid(y: Scale, plot: Box, top: float, *, first: bool) -> Iterator[Markup]:
    step = nice_step(top / TICKS)
    power, _ = _in_thousands(top / 1.08)
    for count in range(int(Fraction(top) / step) + 1):
        at = y(float(step * count))
        yield el("path", d=f"M{plot.left:.1f} {at:.1f}H{plot.right:.1f}", class_="s-grid clear")
        if first:
            text = number(step * count / Fraction(10) ** power)
            yield Words(text, plot.left - 6, at + 4, SMALL, "end", "muted").draw()


def _above(period: Period, x: Scale, y: Scale, plot: Box) -> Iterator[Markup]:
    """The space above the cap of a period, and where the period starts."""
    start, end, at = x(period.start.toordinal()), x(period.end.toordinal()), y(float(period.cap))
    yield el("rect", x=start, y=plot.top, width=end - start, height=at - plot.top, class_="t-met", fill_opacity="0.6")
    yield el("path", d=f"M{start:.1f} {plot.top:.1f}V{plot.bottom:.1f}", class_="s-line clear")


def _cap(period: Period, x: Scale, y: Scale) -> Markup:
    """The cap of a period."""
    start, end, at = x(period.start.toordinal()), x(period.end.toordinal()), y(float(period.cap))
    line = f"M{start:.1f} {at:.1f}H{end:.1f}"
    return el("path", d=line, class_="s-ink clear", stroke_dasharray="6 4", stroke_width=1.4)


def _runs(periods: Sequence[Period]) -> Iterator[list[Period]]:
    """Periods through which a total runs on."""
    run: list[Period] = []
    for period in periods:
        if run and (period.anew or run[-1].end != period.start):
            yield run
            run = []
        run.append(period)
    yield run


def _steps(account: Account, run: Sequence[Period], x: Scale, y: Scale, plot: Box) -> Iterator[Markup]:
    """The total over some periods as a stair that starts at nothing; what it may be beyond, above it."""
    first, last = run[0].start, run[-1].end
    inside = [(day, max(y(float(value)), plot.top)) for day, value in account.steps if first <= day < last]
    beyond = [(day, plot.top if value is None else max(y(float(value)), plot.top)) for day, value in account.most if first <= day < last]  # fmt: skip
    start, end = x(first.toordinal()), x(last.toordinal())
    if beyond:
        yield el("path", d=f"{_stair(beyond, start, end, x, plot.bottom)}V{plot.bottom:.1f}Z", class_="t-open")
    line = _stair(inside, start, end, x, plot.bottom)
    yield el("path", d=f"{line}V{plot.bottom:.1f}Z", class_="t-none", fill_opacity="0.8")
    reached = next((value for day, value in reversed(account.steps) if first <= day < last), Fraction(0))
    title = el("title", f"{account.name}, from {first}: {'at least ' if beyond else ''}{number(reached, 6)}")
    yield el("path", title, d=line, class_="s-ink clear", stroke_width=1.8)


def _stair(steps: Sequence[tuple[date, float]], start: float, end: float, x: Scale, bottom: float) -> str:
    """A line that rises, or falls, at each step; of steps that nobody could tell apart the last."""
    drawn = [(start, bottom)]
    for day, height in steps:
        at = x(day.toordinal())
        if at - drawn[-1][0] < THINNEST_STEP and len(drawn) > 1:
            drawn[-1] = drawn[-1][0], height
        else:
            drawn.append((at, height))
    return f"M{start:.1f} {bottom:.1f}" + "".join(f"H{at:.1f}V{height:.1f}" for at, height in drawn[1:]) + f"H{end:.1f}"


def _passed(account: Account, periods: Sequence[Period], x: Scale, y: Scale, plot: Box) -> Iterator[Markup]:
    """The day on which the cap was passed."""
    if account.passed is None:
        return
    caps = [period.cap for period in periods if period.start <= account.passed < period.end]
    value = max([*caps, *(value for day, value in account.steps if day == account.passed)], default=Fraction(0))
    at = x(account.passed.toordinal()), max(y(float(value)), plot.top)
    yield el("circle", cx=at[0], cy=at[1], r=4.5, class_="f-met s-paper", stroke_width=1.2)
    text = f"passed {account.passed}"
    half = text_width(text, SMALL, bold=True) / 2 + 4
    middle = min(max(at[0], plot.left + half), plot.right - half)
    yield el("path", d=f"M{at[0]:.1f} {at[1] - 5:.1f}V{plot.top + 19:.1f}", class_="s-met clear")
    yield Words(text, middle, plot.top + 14, SMALL, "middle", "met halo", bold=True).draw()


def _note(given: Totals, ordered: Sequence[Account]) -> str:
    says = [f"Dashed: {given.cap}."]
    if all(period.anew for period in given.periods) and len(given.periods) > 1:
        says.append("The count starts again with each period.")
    if any(value > TALLEST * period.cap for each in ordered for _, value in each.steps for period in given.periods):
        says.append("What lies far beyond the line is drawn at the upper edge.")
    if any(account.most for account in ordered):
        says.append("Amber: what the total may be beyond what is known.")
    if len(ordered) > MOST:
        rest = ordered[MOST:]
        share = max(_share(account, given) for account in rest)
        says.append(f"And {len(rest):,} more, none above {number(share * 100, 2, '>')} % of the cap.")
    return " ".join([*says, *([given.rest] if given.rest else [])])


def _told(given: Totals, shown: Sequence[Account]) -> str:
    told = (
        f"{account.name}: {_standing(account, given)}"
        for account in shown
    )  # fmt: skip
    return f"{given.title} against {given.cap}. {'; '.join(told)}."


def _standing(account: Account, given: Totals) -> str:
    """Whether the cap was passed, or what was reached of it."""
    if account.passed:
        return f"passed on {account.passed}"
    reached = f"{number(_share(account, given) * 100, 3)} % of the cap"
    return f"undetermined, at least {reached}" if account.open else f"at most {reached}"
