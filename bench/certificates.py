"""Certificates against bare WeasyPrint, in one run on one machine.

    .venv/bin/python -m bench.certificates [certificates per measurement]

The peer gets the finished HTML of the same certificates, our two font subsets and a shared font configuration and
stylesheet: what is left to us is template, QR code, glyph check and dates. Both take turns, so that a busy machine is
as busy for the one as for the other. Prints a table and writes its part of ``bench/results.json``.
"""

import datetime
import multiprocessing
import os
import queue
import statistics
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import django

from bench import AT_LEAST, AT_MOST, report

NAMES = ["龚䶮", "李𬭎", "王喆", "赵珺", "欧阳㛃", "阿依古丽·买买提", "陈建国", "司马翀"]
GOALS = {
    "ratio to bare WeasyPrint": (AT_LEAST, 0.8),
    "two processes to one": (AT_LEAST, 1.8),
    "largest certificate (KB)": (AT_MOST, 100),
    "peak memory (MB)": (AT_MOST, 300),
}


def certificate(index: int) -> SimpleNamespace:
    """A made-up certificate; every index has a name and a code of its own."""
    name = f"{NAMES[index % len(NAMES)]}{chr(0x4E00 + index * 37 % 20000)}"
    return SimpleNamespace(
        number=f"2026-{index:03d}",
        code=f"bench{index:08d}",
        studio_name=f"{name}劳模创新工作室",
        lead_name=name,
        starts_on=datetime.date(2026, 5, 1),
        ends_on=datetime.date(2029, 4, 30),
        issued_on=datetime.date(2026, 5, 1),
    )


def against_bare_weasyprint(count: int) -> dict:
    """Milliseconds a certificate for us and for the peer, and sizes in bytes."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    from records import documents
    from studios import certificates

    pages = []
    render_pdf = documents.render_pdf
    documents.render_pdf = lambda template, context, **_: pages.append((template, context)) or b""
    certificates.certificate_pdf(certificate(0))
    documents.render_pdf = render_pdf

    from django.template.loader import render_to_string

    def finished_html(index: int) -> str:
        context = certificates._context(certificate(index), preview=False)
        context |= {key: value for key, value in pages[0][1].items() if key not in context}
        context["name_lines"] = certificates.certificate_lines(certificate(index).studio_name)
        return render_to_string("pdf/certificate.html", context)

    fonts = FontConfiguration()
    fetcher = documents.own_files_only()
    folder = documents.settings.BASE_DIR / "templates" / "pdf"
    sheets = [
        CSS(string=(folder / f"{name}.css").read_text("utf-8"), font_config=fonts, url_fetcher=fetcher)
        for name in ("fonts", "certificate")
    ]

    def peer(html: str) -> bytes:
        return HTML(string=html).write_pdf(font_config=fonts, stylesheets=sheets, pdf_variant="pdf/a-2u")

    html = [finished_html(index) for index in range(count)]
    peer(html[0]), certificates.certificate_pdf(certificate(0))
    ours, theirs, sizes = [], [], []
    for index in range(count):
        begun = time.perf_counter()
        pdf = certificates.certificate_pdf(certificate(index))
        between = time.perf_counter()
        peer(html[index])
        ours.append(between - begun)
        theirs.append(time.perf_counter() - between)
        sizes.append(len(pdf))
    return {"ours": 1000 * statistics.median(ours), "peer": 1000 * statistics.median(theirs), "sizes": sizes}


def work(count: int, start, answers) -> None:
    """One worker process: warm up, wait for the others, make ``count`` certificates."""
    prepare()
    from studios.certificates import certificate_pdf

    certificate_pdf(certificate(0))
    start.wait(timeout=120)
    begun = time.perf_counter()
    for index in range(count):
        certificate_pdf(certificate(index))
    elapsed = time.perf_counter() - begun
    answers.put((elapsed, peak_memory()))


def peak_memory() -> float:
    """The most memory this process ever held, in MB; ``ru_maxrss`` would begin with what the parent held."""
    (line,) = (
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")
    )
    return int(line.split()[1]) / 1024


def processes(number: int, count: int) -> tuple[float, float]:
    """Certificates a second of ``number`` processes together, and the peak memory of one in MB."""
    context = multiprocessing.get_context("spawn")
    start, answers = context.Barrier(number), context.Queue()
    workers = [context.Process(target=work, args=(count, start, answers)) for _ in range(number)]
    for worker in workers:
        worker.start()
    taken = []
    while len(taken) < number:
        try:
            taken.append(answers.get(timeout=2))
        except queue.Empty:
            if any(worker.exitcode for worker in workers):
                sys.exit("A worker process failed; its traceback stands above.")
    for worker in workers:
        worker.join()
    return number * count / max(elapsed for elapsed, _memory in taken), max(
        memory for _elapsed, memory in taken
    )


def prepare() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()


def main(arguments: list[str]) -> None:
    prepare()
    count = int(arguments[0]) if arguments else 200
    single = against_bare_weasyprint(count)
    one, memory = processes(1, count)
    two, _memory = processes(2, count)
    figures = {
        "ratio to bare WeasyPrint": round(single["peer"] / single["ours"], 3),
        "two processes to one": round(two / one, 3),
        "largest certificate (KB)": round(max(single["sizes"]) / 1000, 1),
        "peak memory (MB)": round(memory, 1),
    }
    print(
        f"{count} certificates, {os.cpu_count()} processors; a certificate takes {single['ours']:.1f} ms here,"
    )
    print(f"{single['peer']:.1f} ms bare; {one:.1f} a second in one process, {two:.1f} in two")
    timings = {"ours_ms": round(single["ours"], 1), "bare_ms": round(single["peer"], 1)}
    report("certificates", figures, GOALS, count=count, processors=os.cpu_count(), **timings)


if __name__ == "__main__":
    main(sys.argv[1:])
