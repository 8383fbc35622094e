"""The real cups-pdf behind the bench's CUPS server, with the PPD and the filters that such a queue runs."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fpdf import FPDF

from devices.simulators.cups_server import CupsServer

PPD = Path("/usr/share/ppd/cups-pdf/CUPS-PDF_noopt.ppd")
CONFIGURATION = """\
Out {papers}
AnonDirName {papers}
Spool {folder}/cups-pdf
Log {folder}
GSTmp {folder}/tmp
"""


@contextmanager
def cups_pdf(server: CupsServer, queue: str) -> Iterator[Path]:
    """Serve a queue on cups-pdf; gives the folder where documents come out, inside that of the server.

    The back end reads ``/etc/cups/cups-pdf-NAME.conf`` for the device ``cups-pdf:/NAME`` and nothing else,
    so one file of that folder is ours meanwhile. It runs as root only. Raises OSError.
    """
    folder = server.folder
    papers, ours = folder / "papers", Path(f"/etc/cups/cups-pdf-{folder.name}.conf")
    server.kill()
    # cupsd runs filters as lp, and cups-pdf runs Ghostscript as nobody: they have to get at their files.
    folder.chmod(0o711)
    (folder / "tmp").chmod(0o1777)
    programs = {
        f"ServerBin {folder}/bin": "ServerBin /usr/lib/cups",
        f"DataDir {folder}/data": "DataDir /usr/share/cups",
    }
    for before, after in programs.items():
        _replace(folder / "cups-files.conf", re.escape(before), after)
    _replace(folder / "root/printers.conf", "DeviceURI .*", f"DeviceURI cups-pdf:/{folder.name}")
    shutil.copy(PPD, folder / f"root/ppd/{queue}.ppd")
    (folder / f"cache/{queue}.data").unlink()  # what cupsd has read of the PPD before
    try:
        ours.write_text(CONFIGURATION.format(folder=folder, papers=papers))
        server.restart()
        yield papers
    finally:
        ours.unlink(missing_ok=True)


def pdf_of(lines: list[str]) -> bytes:
    """A PDF with one line of Latin letters a page, which a search of its bytes finds."""
    paper = FPDF(format="A4")
    paper.set_compression(False)
    paper.set_font("Helvetica")
    for line in lines:
        paper.add_page()
        paper.cell(text=line)
    return bytes(paper.output())


def take_paper(papers: Path) -> list[str]:
    """Take the only document that has come out away; the text of each of its pages."""
    (paper,) = papers.glob("*.pdf")
    command = ["pdftotext", str(paper), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    paper.unlink()
    return [page.strip() for page in text.removesuffix("\f").split("\f")]


def _replace(file: Path, pattern: str, by: str) -> None:
    file.write_text(re.sub(f"(?m)^{pattern}$", by, file.read_text()))
