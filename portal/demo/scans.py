"""Drawn papers for the demo: certificates, approvals, proofs and rules, as a scanner would have made them of them.

All say at their foot that they are samples.
"""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cache
from io import BytesIO
from time import gmtime

from django.conf import settings
from django.db import models
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from accounts.models import User
from portal.demo.pictures import photo
from records.attachments import Attachment, CheckedFile, attach
from studios.models import Studio

PAGE = (827, 1169)  # A4 at 100 dots an inch
EDGE, SIGNS_A_LINE = 90, 26
INK, SEAL, PAPER = "#2b2b2b", "#b3202a", "#fbf9f4"
SAMPLE = "演示样张，不是真实文件"
RULES = (
    "第一条　工作室每年年初制定计划，年底总结，由领衔人负责。",
    "第二条　成员按分工开展攻关、培训和交流，活动有签到、有记录、有照片。",
    "第三条　经费专款专用，支出由领衔人和部门工会双签。",
    "第四条　成果归属按学校规定办理，推广应用情况每半年汇总一次。",
)
PHOTOS = [("工作室全景.png", 0), ("培训区.png", 1)]


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(settings.BASE_DIR / "static" / "fonts" / "NotoSerifSC-Regular.woff2", size)


def page(title: str, lines: tuple[str, ...], sealed_by: str, kind: str = "PDF") -> bytes:
    """One sheet with a title, paragraphs and a red seal, as PDF or JPEG; the same words give the same bytes."""
    image = Image.new("RGB", PAGE, PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((PAGE[0] / 2, 170), title, INK, _font(40), anchor="mm")
    draw.line((EDGE, 225, PAGE[0] - EDGE, 225), SEAL, 3)
    top = 290
    for line in lines:
        for start in range(0, len(line), SIGNS_A_LINE):
            draw.text((EDGE, top), line[start : start + SIGNS_A_LINE], INK, _font(24))
            top += 42
        top += 14
    foot = max(top + 120, 820)
    draw.ellipse((500, foot - 110, 720, foot + 110), outline=SEAL, width=6)
    draw.text((610, foot), "★", SEAL, _font(60), anchor="mm")
    draw.text((PAGE[0] - EDGE, foot + 24), sealed_by, INK, _font(24), anchor="rm")
    draw.text((PAGE[0] / 2, PAGE[1] - 60), SAMPLE, "#8a8378", _font(18), anchor="mm")
    out = BytesIO()
    dates = {"creationDate": gmtime(0), "modDate": gmtime(0)} if kind == "PDF" else {}
    image.save(out, kind, **dates)
    return out.getvalue()


@cache
def scanned(name: str, title: str, lines: tuple[str, ...], sealed_by: str) -> CheckedFile:
    """The sheet as a file, PDF or JPEG as its name ends.

    Drawn here, it needs no inspection in a process of its own, which takes ten times as long as the drawing.
    """
    kind = name.rpartition(".")[2]
    data = page(title, lines, sealed_by, {"pdf": "PDF", "jpg": "JPEG"}[kind])
    return CheckedFile(name, kind, data)


def keep(file: CheckedFile, target: models.Model, slot: str, *, by: User, on: date) -> Attachment:
    """Attach a file as if it had been brought on the morning of a day."""
    kept = attach(file, target, slot, by=by)
    kept.created_at = timezone.make_aware(datetime.combine(on, time(9, 30)))
    kept.save(update_fields=["created_at"])
    return kept


@cache
def picture(name: str, hue: int) -> CheckedFile:
    """One picture of the place, drawn once however many studios show it."""
    return CheckedFile(name, "png", photo(hue))


def hand_in(studio: Studio, *, on: date) -> None:
    """The files of a studio with all its papers, brought by its lead on a day: what experts look at."""
    by, lead = {"by": studio.lead, "on": on}, studio.lead
    for name, hue in PHOTOS:
        keep(picture(name, hue), studio.venue, "photo", **by)
    for honour in studio.honours.all():
        said = (
            f"{lead.name} 同志：",
            f"　　在{honour.year}年度评选中成绩突出，授予“{honour.title}”称号。",
            f"　　证书编号：{honour.certificate_no}",
        )
        keep(scanned("荣誉证书.jpg", "荣 誉 证 书", said, honour.body), honour, "scan", **by)
    for project in studio.projects.all():
        said = (
            f"项目名称：{project.name}",
            f"项目编号：{project.number}",
            f"承担单位：{settings.UNIVERSITY}（{studio.unit}）",
            f"起止时间：{project.starts_on:%Y年%m月}至{project.ends_on:%Y年%m月}",
            f"资助经费：{project.amount:,.2f} 元",
        )
        keep(scanned("立项通知书.jpg", "立 项 通 知 书", said, project.funder), project, "approval", **by)
    for result in studio.achievements.exclude(recognised_by=""):
        said = (
            f"成果名称：{result.title}",
            f"完成单位：{result.owner}（{result.share}）",
            f"认定日期：{result.recognised_on:%Y年%m月%d日}",
            *([f"编号：{result.number}"] if result.number else []),
        )
        keep(scanned("认定材料.pdf", "成 果 认 定 证 明", said, result.recognised_by), result, "proof", **by)
    for rule in studio.rule_documents.all():
        sheet = scanned(f"{rule.title}.pdf", rule.title, RULES, "劳模创新工作室")
        keep(sheet, rule, "text", **by)
