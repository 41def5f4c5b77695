"""Tables as CSV (RFC 4180) that a spreadsheet opens without running anything of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

# What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection).
FORMULA = tuple("=+-@\t\r＝＋－＠")


def csv_of(
    header: Iterable[object], rows: Iterable[Iterable[object]], lineterminator: str = "\r\n"
) -> str:
    """A header and its rows. A text that begins like a formula has ' before it; numbers are left
    as they are.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator=lineterminator)
    writer.writerow(map(_cell, header))
    writer.writerows(map(_cell, row) for row in rows)
    return buffer.getvalue()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
