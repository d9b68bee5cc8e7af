"""What an audit leaves in a folder: the page, all findings as a table, the exclude list."""

from pathlib import Path

from keras_recipes.audit.lists import write_exclude_list, write_findings
from keras_recipes.report.audit_page import SHOWN, write_audit_page


def write_audit(audit, folder: Path, shown: int = SHOWN):
    """Write `index.html`, `findings.csv` and `exclude.txt`.

    Args:
        audit: an `Audit`.
        folder: it is there already.
        shown: groups of each finding that the page shows.
    """
    write_findings(audit.findings, folder / "findings.csv")
    write_exclude_list(audit.findings, folder / "exclude.txt")
    write_audit_page(audit, folder / "index.html", shown)
