"""Input files are hostile until parsed: bounded, read as text, and refused with file, line and a way out."""

import io
import json
import sys

import pytest

from gateline.chips.chipfile import Chip
from gateline.documents import MAXIMUM_BYTES, MAXIMUM_DEPTH, parse_document, read_document
from gateline.errors import InputError
from gateline.rules.schema import RuleFile
from gateline.training.ledger import Ledger

ESCAPE = "\\e[31m"  # how YAML writes the start of red text in a double-quoted scalar


def refusal(text: str, model=None) -> str:
    with pytest.raises(InputError) as refused:
        parse_document(text, "file").validate(model or Chip)
    return str(refused.value)


def file_refusal(path) -> str:
    with pytest.raises(InputError) as refused:
        read_document(path)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("name: X\nname: Y\n", "file:2: the key 'name' stands twice"),
        ("name: X\nmemory:\n  type: HBM3\n  type: HBM2\n", "file:4: the key 'type' stands twice"),
        ("name: X\ndies:\n  - {area: 1 mm^2, area: 2 mm^2}\n", "file:3: the key 'area' stands twice"),
        ("name: X\nmemory: {type: HBM3, 'type': HBM2}\n", "file:2: the key 'type' stands twice"),
        ('{"name": "X", "name": "Y"}', "file: the key 'name' stands twice"),
        ('{"name": "X", "memory": {"type": "HBM3", "type": "HBM2"}}', "file: the key 'type' stands twice"),
        ('{"n\\u0061me": "X", "name": "Y"}', "file: the key 'name' stands twice"),
    ],
)
def test_a_key_stands_once(text, where):
    """Of two equal keys neither is taken; most parsers keep the last in silence."""
    assert refusal(text).startswith(where)


BILLION_LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "\n".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (BILLION_LAUGHS, 1),
        ("name: X\nvendor: *name\n", 2),
        ("name: &x X\n", 1),
        ("name: X\nmemory: &m\n  type: HBM3\n", 2),
        ("name: X\nrates: &r []\n", 2),
        ("base: &b {name: X}\n<<: *b\n", 1),
    ],
)
def test_anchors_and_aliases_are_refused(text, line):
    """Nothing in a file can be multiplied by reference."""
    assert refusal(text).startswith(f"file:{line}: anchors and aliases are not used here")


@pytest.mark.parametrize(
    "text",
    [
        "name: !!python/object/apply:os.system [echo]\n",
        "name: !!str X\n",
        "name: !custom X\n",
        "!!map {name: X}\n",
        "name: X\nrates: !!set {}\n",
    ],
)
def test_tags_are_refused(text):
    """A tag asks for an object; files hold text."""
    assert "the tag" in refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        "name: " + "[" * 100_000,
        "- " * 100_000 + "x",
        "\n".join(" " * depth + "a:" for depth in range(100)),
        "a: " + "{a: " * 40 + "x" + "}" * 40,
    ],
    ids=["json open", "json list", "json object", "yaml flow", "yaml block list", "yaml block map", "yaml flow map"],
)
def test_deep_nesting_is_refused(text):
    """Depth is bounded long before it costs anything."""
    message = refusal(text)
    assert f"nested deeper than {MAXIMUM_DEPTH} levels" in message or "is not valid YAML" in message


def test_brackets_in_text_are_not_depth():
    """Only structure is counted."""
    content = {"name": '[[[[{{{{\\"' * 20}
    assert parse_document(json.dumps(content), "file").content == content


@pytest.mark.parametrize(
    "text",
    [
        "{" + ",".join(f'"k{number}": 1' for number in range(20_000)) + "}",
        "\n".join(f"k{number}: 1" for number in range(20_000)),
        "name: X\nnotes: " + "x" * 1_000_000,
        "[" + ",".join("1" for _ in range(100_000)) + "]",
    ],
    ids=["json keys", "yaml keys", "long text", "json list"],
)
def test_many_entries_are_read(text):
    """A file far below the limit in size is read whole; work that grew with its square would not end here."""
    content = parse_document(text, "file").content
    assert len(content) in (2, 20_000, 100_000)


def test_an_oversize_file_is_refused(tmp_path):
    """The limit is told, and no more than it is read."""
    path = tmp_path / "big.yaml"
    path.write_bytes(b"#" * (MAXIMUM_BYTES + 1))
    assert "is larger than 4,000,000 bytes" in file_refusal(path)
    path.write_bytes(b"name: X\n#" + b"#" * (MAXIMUM_BYTES - 9))
    assert read_document(path).content == {"name": "X"}


@pytest.mark.parametrize(
    ("data", "position"),
    [(b"name: \xff\xfe", 6), (b"name: caf\xe9", 9), (b"\xff\xfen\x00a\x00", 0), (b"a: \xed\xa0\x80", 3)],
)
def test_files_are_utf_8(tmp_path, data, position):
    """The first byte that is not UTF-8 is named, and what to do about it."""
    path = tmp_path / "x.yaml"
    path.write_bytes(data)
    assert file_refusal(path) == f"{path}: byte {position} is not UTF-8. Save the file as UTF-8."


def test_a_byte_order_mark_is_skipped(tmp_path):
    """Editors on Windows put one in front; both formats take it."""
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbfname: X\n")
    assert read_document(path).content == {"name": "X"}
    path.write_bytes(b'\xef\xbb\xbf{"name": "X"}')
    assert read_document(path).content == {"name": "X"}


@pytest.mark.parametrize("text", ["", "\n\n", "# only a remark\n", "   "])
def test_an_empty_file_is_refused(text):
    """A file without content says so."""
    assert refusal(text) == "file: is empty."


def test_a_document_of_nothing_is_refused():
    """A document that starts and ends without a value has none."""
    assert refusal("---\n...\n") == "file:2: a value is empty. Write a value, or leave the key out."


@pytest.mark.parametrize("text", ["~", "hello", "42", "- a\n- b\n", "[1, 2]", '"name"', "null"])
def test_a_chip_is_a_mapping(text):
    """A list or a lone word is not a chip."""
    assert "a mapping is expected here" in refusal(text)


def test_one_document_per_file():
    """A second document is refused with its line, not ignored."""
    assert refusal("name: X\n---\nname: Y\n").startswith("file:2: a second document starts here")
    assert parse_document("---\nname: X\n...\n", "file").content == {"name": "X"}


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_json_has_no_nan(word):
    """Python's parser would let them through."""
    assert refusal(f'{{"name": "X", "power": {word}}}') == f'file: {word} is not a value. Write a number, or "unknown".'


def test_scalars_are_text():
    """NO is Norway and not false, 022 is not eighteen, 1:30 not ninety: the field decides, not the parser."""
    words = ["no", "NO", "yes", "on", "022", "0x1F", "1e26", "1_000", "1:30", "2026-11-21", "~", "null", ".inf", "1.0"]
    text = "\n".join(f"- {word}" for word in words)
    assert parse_document(text, "file").content == words


def test_json_scalars_are_text():
    """Numbers keep their digits; true, false and null become the words that YAML files use."""
    text = '{"a": 1e26, "b": 0.1000, "c": 12345678901234567890, "d": true, "e": false, "f": null, "g": ["x", 1.10]}'
    assert parse_document(text, "file").content == {
        "a": "1e26",
        "b": "0.1000",
        "c": "12345678901234567890",
        "d": "yes",
        "e": "no",
        "f": "unknown",
        "g": ["x", "1.10"],
    }


def test_both_formats_say_the_same():
    """A chip in JSON with JSON's types is the chip in YAML."""
    as_yaml = "name: X\ndatacenter: no\nrates:\n  - {format: FP16, bits: 16, rate: 320 TFLOP/s}\npower: unknown\n"
    as_json = '{"name": "X", "datacenter": false, "rates": [{"format": "FP16", "bits": 16, "rate": "320 TFLOP/s"}], "power": null}'
    assert parse_document(as_yaml, "a").validate(Chip) == parse_document(as_json, "b").validate(Chip)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("name: [X\n", "file:2: is not valid YAML"),
        ("name: X\n\tpower: 1 W\n", "file:2: is not valid YAML"),
        ("name: X\nname\n", "file:3: is not valid YAML"),
        ('{"name": "X",\n "power": }', "file:2: is not valid JSON"),
        ('{"name": "X"', "file:1: is not valid JSON"),
        ('{"name": "X"} {}', "file:1: is not valid JSON"),
        ("? [a, b]\n: x\n", "file:1: a key must be plain text"),
        ("{[a]: x}", "file:1:"),
    ],
)
def test_a_syntax_error_has_a_line(text, where):
    """File and line come first."""
    assert refusal(text).startswith(where)


@pytest.mark.parametrize(
    ("text", "model", "message"),
    [
        ("name: X\nratess: []\n", Chip, "file:2: ratess: unknown key. Did you mean rates?"),
        (
            "name: X\nmemory:\n  bandwith: 1 TB/s\n",
            Chip,
            "file:3: memory.bandwith: unknown key. Did you mean bandwidth?",
        ),
        (
            "name: X\ndies:\n  - area: 1 mm^2\n  - aera: 1 mm^2\n",
            Chip,
            "file:4: dies[1].aera: unknown key. Did you mean area?",
        ),
        (
            "name: X\nrates:\n- {format: F, bitz: 16, rate: 1 TOPS}\n",
            Chip,
            "rates[0].bitz: unknown key. Did you mean bits?",
        ),
        (
            "name: X\ndesigner: {headquaters: CN}\n",
            Chip,
            "file:2: designer.headquaters: unknown key. Did you mean headquarters?",
        ),
        (
            "name: X\ndatacenter: {value: yes, bases: x}\n",
            Chip,
            "file:2: datacenter.bases: unknown key. Did you mean basis?",
        ),
        (
            "name: X\nlinks: [{name: a, bandwith: 1 GB/s}]\n",
            Chip,
            "links[0].bandwith: unknown key. Did you mean bandwidth?",
        ),
        ("name: X\npackaging: {contry: TW}\n", Chip, "packaging.contry: unknown key. Did you mean country?"),
        (
            "model: M\nphases:\n  - kind: sft\n    estimates:\n      - {method: architecture, parms: 1e9, tokens: 1e9}\n",
            Ledger,
            "file:5: phases[0].estimates[0].parms: unknown key. Did you mean params?",
        ),
        (
            "model: M\nphases:\n  - kind: sft\n    estimate: []\n",
            Ledger,
            "file:4: phases[0].estimate: unknown key. Did you mean estimates?",
        ),
        ("shema: 1\n", RuleFile, "file:1: shema: unknown key. Did you mean schema?"),
        (
            "versions:\n  - {id: a, efective: never}\n",
            RuleFile,
            "file:2: versions[0].efective: unknown key. Did you mean effective?",
        ),
        (
            "versions:\n  - items:\n    - all:\n      - {quantity: a, opp: b}\n",
            RuleFile,
            "versions[0].items[0].all[0].opp: unknown key. Did you mean op?",
        ),
    ],
)
def test_a_misspelt_key_gets_the_right_one(text, model, message):
    """At every depth an unknown key is refused with the nearest key of that mapping."""
    assert message in refusal(text, model)


def test_a_key_that_is_like_none_gets_the_list():
    """Where nothing is near, the keys of that mapping are listed and no others."""
    message = refusal("name: X\nmemory: {zzz: 1}\n")
    listed = message.partition("Known keys here: ")[2].rstrip(".").split(", ")
    assert set(listed) == {"source", "confidence", "note", "type", "capacity", "bandwidth", "hbm", "co_packaged"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("power: 1 W\n", "file:1: name: is missing; it is required."),
        ("name: X\nrates:\n  - {format: FP16, bits: 16}\n", "file:3: rates[0].rate: is missing; it is required."),
        ("name: X\nrates: 5\n", "file:2: rates: a list is expected here."),
        ("name: X\nrates: [5]\n", "file:2: rates[0]: a mapping is expected here."),
        ("name: X\ndies: {area: 1 mm^2}\n", "file:2: dies: a list is expected here."),
        ("name: X\nmemory: HBM3\n", "file:2: memory: a mapping is expected here."),
        ("name: [X]\n", "file:1: name: text is expected here."),
        ("name: X\naliases: x\n", "file:2: aliases: a list is expected here."),
        ("name: X\npower: [700 W]\n", "file:2: power: a value is expected here, for example '700 W'."),
        ("name: X\ndies:\n  - count: 0\n", "file:3: dies[0].count: "),
        ("name: X\ndies:\n  - count: 1.5\n", "file:3: dies[0].count: "),
        ("name: X\ndies:\n  - area: {value: 5}\n", "file:3: dies[0].area: "),
        ("name: X\ndesigner: {status: aproved}\n", "file:2: designer.status: 'aproved' is not one of 'approved'"),
        ("name: X\nschema: 2\n", "file:2: schema: '2' is not one of '1'"),
    ],
)
def test_a_wrong_shape_has_a_place(text, message):
    """File, line and path of the entry, then what is expected there."""
    assert refusal(text).startswith(message)


def test_the_first_mistake_is_told():
    """Of several mistakes the uppermost is reported, so that they are put right from the top."""
    assert refusal("name: X\npower: x\nreleased: y\ndies:\n  - area: z\n").startswith("file:2: power: ")


def test_a_missing_file_and_a_folder(tmp_path):
    """The path and the reason are named."""
    assert (
        file_refusal(tmp_path / "none.yaml") == f"{tmp_path / 'none.yaml'}: cannot be read: No such file or directory."
    )
    (tmp_path / "folder.yaml").mkdir()
    assert file_refusal(tmp_path / "folder.yaml") == f"{tmp_path / 'folder.yaml'}: cannot be read: Is a directory."


def test_standard_input(monkeypatch):
    """'-' reads standard input and is called so."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"name: X\nname: Y\n")))
    assert file_refusal("-").startswith("standard input:2: ")


HOSTILE = [
    f'name: "{ESCAPE}X"\npower: "{ESCAPE}"\n',
    f'name: X\n"{ESCAPE}key": 1\n',
    f'name: X\n"{ESCAPE}key": 1\n"{ESCAPE}key": 2\n',
    'name: X\n"two\\nlines": 1\n',
    'name: X\n"del\\x7fc1\\x9b31m": 1\n',
    f'name: X\nmemory: {{"{ESCAPE}": 1}}\n',
    f'name: X\ndatacenter: "{ESCAPE}"\n',
    f'name: X\ndies:\n  - {{count: "{ESCAPE}"}}\n',
    f'name: X\ndesigner: {{status: "{ESCAPE}"}}\n',
    f'name: X\nrates:\n  - {{format: "{ESCAPE}", bits: 16, rate: 1 TOPS, sparse: yes}}\n',
    f'name: X\nrates:\n  - {{format: "{ESCAPE}", bits: 8 to 16, rate: 1 TOPS}}\n',
    f'name: X\nrates:\n  - {{format: a, bits: 16, rate: "1 {ESCAPE}"}}\n',
    f'name: X\ndestination: "{ESCAPE}"\nzzz: 1\n',
    '{"name": "X", "\\u001b[31m": 1}',
    '{"name": "X", "\\u001b[31m": 1, "\\u001b[31m": 2}',
    f"name: !<tag:{'x' * 100}> X\n",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_messages_are_one_printable_line(text):
    """Nothing in a file reaches the terminal raw through an error message: no escape codes, no line ends."""
    assert refusal(text).isprintable()


def test_long_content_is_cut_in_messages():
    """A message quotes the start of what was read, not all of it, and speaks of the file, not of Python."""
    for text in (
        f"name: X\npower: {'9' * 50_000}\n",
        f"name: X\ndies:\n  - count: {'9' * 50_000}\n",
        f"name: X\ndies:\n  - count: {'x' * 50_000}\n",
        f"name: X\n{'k' * 900}: 1\n",
    ):
        message = refusal(text)
        assert len(message) < 1200
        assert "set_int_max_str_digits" not in message


@pytest.mark.parametrize("text", ['{"name": "\\ud800"}', '{"name": "X", "notes": "a\\udfffb"}', '{"\\ud800": 1}'])
def test_half_a_character_is_refused(text):
    """JSON can spell a lone surrogate, which no terminal and no file can take; it is refused on reading."""
    assert refusal(text).isprintable()
