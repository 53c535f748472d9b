"""The pages of a round's results and their workbook, as tests open them."""

import html
import io
import re

import openpyxl
from django.urls import reverse

from tests.reviews.standing import round_with, sheet


def results_of(round_, **asked) -> str:
    url = reverse("admin:reviews_round_results", args=[round_.pk])
    return f"{url}?{'&'.join(f'{key}={value}' for key, value in asked.items())}" if asked else url


def excel_of(round_) -> str:
    return reverse("admin:reviews_round_results_export", args=[round_.pk])


def result_of(application) -> str:
    return reverse("admin:reviews_round_result", args=[application.round_id, application.pk])


def opened(client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return response.content.decode()


def sheets_of(client, url: str) -> dict[str, list[tuple]]:
    book = openpyxl.load_workbook(io.BytesIO(client.get(url).content))
    return {page.title: list(page.iter_rows(values_only=True)) for page in book.worksheets}


def cells(page: str, heading: str) -> list[list[str]]:
    """The text of every cell of the first table below a heading of the page."""
    body = page.split(f'id="{heading}"')[1].split("<tbody>")[1].split("</tbody>")[0]
    body = re.sub(r"<svg.*?</svg>\s*</td>", "</td>", body, flags=re.S)
    rows = re.findall(r"<tr.*?</tr>", body, flags=re.S)
    return [[words(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, flags=re.S)] for row in rows]


def words(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def three():
    """Three applications: one good and agreed upon, one with marks far apart, one below the quorum."""
    round_, cases, experts = round_with("甲评", "乙评", "丙评", applications=3)
    for expert, points in zip(experts, (8, 9, 8.5), strict=True):
        sheet(cases[0], expert, points)
    for expert, points in zip(experts, (9, 5, 6), strict=True):
        sheet(cases[1], expert, points)
    sheet(cases[2], experts[0], 7)
    return round_, cases, experts
