"""Tables of chips that people already have, read into drafts of catalogue entries."""

from gateline.chips.imports.run import Imported, import_table
from gateline.chips.imports.write import draft_files, write_drafts

__all__ = ["Imported", "draft_files", "import_table", "write_drafts"]
