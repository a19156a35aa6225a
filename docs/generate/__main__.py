"""``python -m docs.generate [FOLDER]``: write the pages, build the site strictly, and look at what was built."""

import sys
from pathlib import Path

from docs.generate.console import ROOT
from docs.generate.site import build, pages_of

if __name__ == "__main__":
    build(pages_of(), Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "docs")
