"""Text from inputs made harmless: each format escapes what it would otherwise obey."""

from __future__ import annotations

import os
import re
from urllib.parse import quote

from gateline.numerals import clip

MARKUP = str.maketrans({mark: f"&#{ord(mark)};" for mark in "&<>|`\\*_[]#~@$!"})
"""What Markdown or HTML could take for markup; as a character reference it is only text."""
DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})
"""As the toolkit of GitHub Actions escapes the message and the properties of a workflow command."""
MESSAGE = str.maketrans({"\\": "\\\\", "[": "\\[", "]": "\\]", "{": "{{", "}": "}}"})
"""SARIF 2.1.0, 3.11.5 and 3.11.6: braces stand for arguments, brackets for links."""
WEB_ADDRESS = re.compile(r"(?<=[A-Za-z]):(?=//)")


def plain(text: str) -> str:
    """The text in one line, without marks that steer a terminal, turn the direction of writing or are not XML."""
    return clip(text, len(text) + 1)


def markdown(text: str) -> str:
    """Text that Markdown shows as it is, in a table cell as well."""
    return WEB_ADDRESS.sub("&#58;", plain(text).translate(MARKUP))


def sarif_message(text: str) -> str:
    """Text in which no viewer of SARIF finds an argument or a link."""
    return plain(text).translate(MESSAGE)


def workflow_data(text: str) -> str:
    """The message of a workflow command."""
    return text.translate(DATA)


def workflow_property(text: str) -> str:
    """A property of a workflow command."""
    return text.translate(PROPERTY)


def uri(path: str) -> str:
    """A path as a URI reference, percent-encoded."""
    encoded = quote(os.fsencode(path.replace(os.sep, "/")))
    return f"file://{encoded}" if encoded.startswith("/") else encoded
