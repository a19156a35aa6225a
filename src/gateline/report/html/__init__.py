"""Reports as one HTML file: no script, nothing from elsewhere, everything open, the same bytes for the same inputs.

Needs jinja2 (``gateline[report]``). Whatever is shown comes from the same objects and words as the other reports.
"""

from gateline.report.html.page import render_card, render_fleet, render_ledger, render_report, style_sheet

__all__ = ["render_card", "render_fleet", "render_ledger", "render_report", "style_sheet"]
