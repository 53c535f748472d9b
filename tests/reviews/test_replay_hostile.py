"""Award files that somebody has made up or damaged: each is refused in a sentence, or its difference is named."""

import contextlib
import copy
import hashlib
import io
import json
import struct
import warnings
import zipfile

import pytest

from records.moves import DomainError
from reviews import replay as replaying
from reviews.replay import read, reckoned, replay, written

ONE, OTHER = "2026-A0001", "2026-A0002"


def moves_to(state: str, *verbs: tuple[str, str]) -> list[dict]:
    """The moves that lead to a state, as (verb, where it ends), from the draft on."""
    found, at = [], "draft"
    for verb, to in (("submit", "submitted"), ("accept", "accepted"), *verbs):
        found.append({"application": ONE, "verb": verb, "from": at, "to": to})
        at = to
    assert at == state
    return found


APPROVED = (
    ("complete_review", "reviewed"),
    ("hold", "proposed"),
    ("approve", "proposed"),
    ("announce_approval", "approved"),
)


def held() -> dict:
    """The papers of a round with one application, one criterion and one expert."""
    papers = {
        "round": {
            "format": 1,
            "rule": {"aggregation": "mean", "quorum": 1, "pass_mark": "60", "apart": "20"},
        },
        "rubric": {"criteria": [{"key": "all", "weight": "100", "top": 10}]},
        "applications": [{"number": ONE, "state": "approved", "decision": "approve", "versions": []}],
        "assignments": [{"application": ONE, "expert": "E0001", "state": "handed_in"}],
        "marks": [{"application": ONE, "expert": "E0001", "criterion": "all", "points": "8"}],
        "moves": moves_to("approved", *APPROVED),
        "results": [{"application": ONE}],
    }
    papers["results"] = [written(one) for one in reckoned(papers)]
    return papers


def zipped(papers: dict[str, bytes], *more: tuple[str, bytes], kind=zipfile.ZIP_DEFLATED) -> bytes:
    """A file of these papers with their checksums, and of entries put in besides."""
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in papers.items())
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", kind) as archive:
        warnings.simplefilter("ignore")  # of two entries of one name
        for name, content in [*papers.items(), ("SHA256SUMS", sums.encode()), *more]:
            archive.writestr(name, content)
    return out.getvalue()


def papers_of(content: dict) -> dict[str, bytes]:
    return {f"{kind}.json": json.dumps(rows).encode() for kind, rows in content.items()}


def differences(change) -> list[str]:
    """What the replay says of the small file once ``change`` has been at it; the checksums are mended."""
    content = copy.deepcopy(held())
    change(content)
    return replay(io.BytesIO(zipped(papers_of(content))))


def refused(file: bytes) -> str:
    with pytest.raises(DomainError) as refusal:
        replay(io.BytesIO(file))
    return str(refusal.value)


def test_the_small_file_is_equal():
    assert differences(lambda content: None) == []


# -- the ZIP ---------------------------------------------------------------------------------------


def test_more_than_an_entry_says_of_its_size_is_not_unpacked(monkeypatch):
    """The directory says 10 bytes; what is unpacked is counted."""
    monkeypatch.setattr(replaying, "MOST_BYTES", 2**20)
    file = bytearray(zipped({}, ("large.json", b" " * 2**22)))
    where = file.rindex(b"PK\x01\x02")
    file[where + 24 : where + 28] = struct.pack("<I", 10)
    assert refused(bytes(file)).startswith("这不是评审档案")
    honest = zipped({}, ("large.json", b" " * 2**22))
    assert refused(honest) == "文件过大，不是评审档案。"


def test_never_more_than_a_part_is_unpacked_at_once(monkeypatch):
    asked = []
    read_ = zipfile.ZipExtFile.read
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda self, n=-1: asked.append(n) or read_(self, n))
    read(io.BytesIO(zipped(papers_of(held()))))
    assert set(asked) == {replaying.AT_ONCE}


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_unpacks_without_bound_is_refused(kind):
    assert refused(zipped(papers_of(held()), kind=kind)).startswith("这不是评审档案")


def broken_files() -> dict[str, bytes]:
    whole = zipped(papers_of(held()))
    data = whole.index(b"round.json") + len("round.json")
    directory, central = whole.rindex(b"PK\x05\x06"), whole.index(b"PK\x01\x02")
    encrypted = bytearray(whole)
    encrypted[central + 8] |= 1
    return {
        "deflated data that is none": whole[:data] + b"\xff" * 20 + whole[data + 20 :],
        "cut off": whole[: len(whole) // 2],
        "no end": whole[:directory],
        "a directory of zeros": whole[:central] + bytes(directory - central) + whole[directory:],
        "encrypted": bytes(encrypted),
        "no text": zipped(papers_of(held()) | {"marks.json": b"\xff\xfe\xff"}),
        "a number without end": zipped(papers_of(held()) | {"marks.json": b"1" * 5000}),
        "rows of nothing": zipped(papers_of(held()) | {"moves.json": b"[null]"}),
        "no object": zipped(papers_of(held()) | {"round.json": b"[]"}),
    }


@pytest.mark.parametrize("name", broken_files())
def test_whatever_is_broken_is_said_in_one_sentence(name):
    assert refused(broken_files()[name]).startswith("这不是评审档案，或者文件已损坏：")


@pytest.mark.parametrize("place", range(0, 900, 7))
def test_a_byte_changed_anywhere_raises_nothing_else(place):
    file = bytearray(zipped(papers_of(held())))
    file[place] ^= 0xFF
    with contextlib.suppress(DomainError):
        replay(io.BytesIO(bytes(file)))


def test_two_entries_of_one_name_are_refused():
    twice = zipped(papers_of(held()), ("marks.json", b"[]"))
    assert refused(twice) == "这不是评审档案：marks.json重复出现。"


def test_a_terminal_obeys_nothing_that_stands_in_a_file():
    def change(content):
        content["moves"].append({"application": "\x1b[2J\ud800", "verb": "submit", "from": "", "to": ""})

    [problem] = differences(change)
    assert problem == "moves.json中有\ufffd[2J\ufffd，applications.json中没有。"


# -- decisions, states and moves -------------------------------------------------------------------


@pytest.mark.parametrize("decision", ["reject", "hold", "", None])
def test_a_decision_that_is_not_that_of_the_moves_is_named(decision):
    [problem] = differences(lambda content: content["applications"][0].update(decision=decision))
    assert problem == f"{ONE}的决定与办理记录或状态不符。"


@pytest.mark.parametrize(
    ("state", "decision", "verbs"),
    [
        ("rejected", "approve", (("approve", "proposed"), ("announce_rejection", "rejected"))),
        ("proposed", "", ()),
        ("reviewed", "approve", (("approve", "proposed"), ("announce_approval", "approved"), ("reverse", "reviewed"))),
    ],
)  # fmt: skip
def test_a_decision_that_does_not_fit_the_state_is_named(state, decision, verbs):
    def change(content):
        before = [("complete_review", "reviewed"), *(verbs or [("reopen", "proposed")])]
        content["applications"][0].update(state=state, decision=decision)
        content["moves"] = moves_to(state, *before)

    assert differences(change) == [f"{ONE}的决定与办理记录或状态不符。"]


def test_a_decision_taken_back_is_none():
    def change(content):
        content["applications"][0].update(state="reviewed", decision="")
        content["moves"] = moves_to("reviewed", *APPROVED, ("uphold_objection", "reviewed"))

    assert differences(change) == []


def test_moves_between_which_one_is_missing_are_named():
    assert differences(lambda content: content["moves"].pop(2)) == [f"{ONE}的状态与办理记录不符。"]


# -- applications left out or put in ---------------------------------------------------------------


def test_an_application_that_was_left_out_is_named_wherever_it_is_told_of():
    assert differences(lambda content: content["applications"].clear()) == [
        f"{name}.json中有{ONE}，applications.json中没有。"
        for name in ("assignments", "marks", "moves", "results")
    ]


@pytest.mark.parametrize("kind", ["assignments", "marks", "moves", "results"])
def test_what_is_told_of_an_application_that_is_not_there_is_named(kind):
    def change(content):
        content[kind].append(content[kind][0] | {"application": OTHER})

    assert f"{kind}.json中有{OTHER}，applications.json中没有。" in differences(change)


def test_an_application_put_in_is_named():
    def change(content):
        content["applications"].append(content["applications"][0] | {"number": OTHER})

    assert differences(change) == [f"{OTHER}的状态与办理记录不符。", f"{OTHER}已经评审，却没有结果。"]


@pytest.mark.parametrize("kind", ["applications", "results"])
def test_an_application_that_is_there_twice_is_named(kind):
    assert f"{ONE}在档案中重复出现。" in differences(lambda content: content[kind].append(content[kind][0]))


def test_a_result_of_what_was_not_reviewed_is_named():
    def change(content):
        content["applications"][0].update(state="withdrawn", decision="")
        content["moves"] = moves_to("withdrawn", ("withdraw", "withdrawn"))

    assert differences(change) == [f"{ONE}有结果，但不在已评审的申报之列。"]
