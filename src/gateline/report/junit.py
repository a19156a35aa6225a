"""JUnit XML: a suite per subject, a case per rule."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from gateline.report.escape import plain
from gateline.report.findings import Checked, data_line, details, headline, standing
from gateline.report.verdict_json import NOTICE
from gateline.rules.model import Outcome
from gateline.screening import Screening, Verdict


def write(checked: Sequence[Checked]) -> str:
    """An XML document with one suite per subject.

    A gating rule that is met or undetermined is a failure, whose type is the outcome; a rule that does not gate is
    skipped, whatever its outcome.

    Parameters
    ----------
    checked : sequence of Checked
    """
    root = Element("testsuites", name="gateline")
    for each in checked:
        root.append(_suite(each))
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _suite(checked: Checked) -> Element:
    screening = checked.screening
    suite = Element("testsuite", name=plain(screening.subject.name), errors="0")
    properties = SubElement(suite, "properties")
    for name, value in _about(screening):
        SubElement(properties, "property", name=name, value=plain(value))
    for verdict in screening.verdicts:
        suite.append(_case(checked, verdict))
    suite.set("tests", str(len(screening.verdicts)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    return suite


def _about(screening: Screening) -> list[tuple[str, str]]:
    return [
        ("subject", screening.subject.id),
        ("as_of", screening.request.as_of.isoformat()),
        ("outcome", screening.outcome.word),
        ("data", data_line(screening)),
        ("notice", NOTICE),
    ]


def _case(checked: Checked, verdict: Verdict) -> Element:
    screening = checked.screening
    place = {"file": plain(checked.file)} if checked.file else {}
    case = Element("testcase", {"classname": plain(screening.subject.id), "name": verdict.rule.id, **place})
    told = plain(headline(verdict))
    if not verdict.gating:
        SubElement(case, "skipped", message=plain(f"{standing(verdict)}; {told}"))
    elif verdict.outcome is not Outcome.NOT_MET:
        failure = SubElement(case, "failure", type=verdict.outcome.word, message=told)
        failure.text = "\n".join(map(plain, [headline(verdict), *details(verdict, screening)]))
    return case
