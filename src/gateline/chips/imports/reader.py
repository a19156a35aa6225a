"""The cells of one row: text, numbers and dates as they can be used, and a reject for each that cannot."""

from __future__ import annotations

import re
from fractions import Fraction

from gateline.amounts import read_date
from gateline.chips.imports.layouts import Layout, Number
from gateline.chips.imports.tables import Reject, Row, fold_heading
from gateline.errors import InputError
from gateline.numerals import clip, exact_text, match_number, rounded

MAXIMUM_TEXT = 120
DIGITS = 12
NOT_STATED = ("", "none", "n/a", "unknown", "null", "system shared", "system dependent")
FORMULA_STARTS = ("=", "+", "-", "@")
MARKUP = re.compile(r"[<>\[\]{}`\\]")
RELEASED = re.compile(r"\d{4}(?:-\d{2}){0,2}", re.ASCII)
PAGE = re.compile(r"https?://[A-Za-z0-9._~/?=&%+-]{1,200}")
DENSE = re.compile(r"without sparsity|\bdense\b")


def slug(text: str) -> str:
    """Lower-case ASCII letters and digits, with hyphens between: 'H100 SXM5 80 GB' is 'h100-sxm5-80-gb'."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def cell(row: Row, heading: str) -> str:
    """The text of a cell in one line; empty where the column or the text is missing."""
    return " ".join(row.cells.get(fold_heading(heading), "").split())


class RowReader:
    """The cells of one row, read; what cannot be used is kept as rejects."""

    def __init__(self, row: Row, layout: Layout) -> None:
        self.row = row
        self.layout = layout
        self.problems: list[Reject] = []
        self.remarks: list[str] = []

    def refuse(self, heading: str, value: str, reason: str) -> None:
        """Note that a cell cannot be used."""
        self.problems.append(Reject(self.row.place, heading, value[:MAXIMUM_TEXT], reason))

    def required(self, heading: str) -> str:
        """The text of a cell that must be there, with a letter or digit in it."""
        text = self._text(heading)
        if not slug(text) and not self.problems:
            self.refuse(heading, text, "is needed, with a letter a-z or a digit: the id is made of it")
        return text

    def word(self, kind: str) -> str:
        """The text of a column; empty where the table has none or the cell says nothing."""
        heading = self.layout.words.get(kind)
        return self._text(heading) if heading is not None else ""

    def _text(self, heading: str) -> str:
        text = cell(self.row, heading)
        if text.lower() in NOT_STATED:
            return ""
        if len(text) > MAXIMUM_TEXT:
            self.refuse(heading, text, f"has {len(text):,} characters; at most {MAXIMUM_TEXT} are read")
        elif not text.isprintable():
            self.refuse(heading, text, "holds a mark that cannot be printed")
        elif text.startswith(FORMULA_STARTS):
            self.refuse(heading, text, "starts like a formula of a spreadsheet")
        elif MARKUP.search(text):
            self.refuse(heading, text, "holds marks of markup")
        return text

    def number(self, column: Number) -> Fraction | None:
        """The figure of a column in the draft's unit; None where it is not stated."""
        heading = next((one for one in column.headings if fold_heading(one) in self.row.cells), column.headings[0])
        text = cell(self.row, heading)
        if text.lower() in NOT_STATED:
            return None
        try:
            value = Fraction(rounded(_read_number(text), DIGITS)) * column.factor
        except InputError as error:
            self.refuse(heading, text, str(error))
            return None
        if value < 0:
            self.refuse(heading, text, "is negative")
        elif value and not column.low <= value <= column.high:
            bounds = f"{exact_text(column.low)} to {exact_text(column.high)} {column.unit}"
            self.refuse(heading, text, f"is outside {bounds}; is it in the unit of the heading?")
        return value or None

    def amount(self, kind: str) -> str:
        """The figure of a column as a draft writes it, with its unit; empty where it is not stated."""
        column = self.layout.numbers[kind]
        value = self.number(column)
        if value is None:
            return ""
        if column.unit == "million" and value >= 1000:
            return f"{exact_text(value / 1000)} billion"
        return f"{exact_text(value)} {column.unit}"

    def released(self) -> str:
        """The day, month or year of release."""
        heading, text = self.layout.words["released"], self.word("released")
        if text:
            try:
                if not RELEASED.fullmatch(text):
                    raise InputError("is not a date, month or year such as 2022-10-01, 2022-10 or 2022")
                read_date(text + "-01-01"[len(text) - 4 :], heading)
            except InputError as error:
                self.refuse(heading, text, str(error).removeprefix(f"{heading}: "))
        return text

    def page(self) -> str:
        """The address on which the row rests, where it is a plain one."""
        found = PAGE.match(cell(self.row, self.layout.page))
        return found[0] if found else ""

    def perhaps_sparse(self) -> bool:
        """Whether the notes speak of sparsity and do not say that the rates are dense."""
        notes = cell(self.row, self.layout.words.get("notes", "")).lower()
        doubtful = ("spars" in notes) and not DENSE.search(notes)
        if doubtful:
            self.remarks.append("The notes of the row speak of sparsity: its matrix rates are left out.")
        return doubtful


def _read_number(text: str) -> Fraction:
    found = match_number(text)
    if found is None or found[1] != len(text):
        raise InputError(f"'{clip(text)}' is not a number such as 312 or 3.12e14")
    return found[0]
