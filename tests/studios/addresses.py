"""Where the papers of a studio are filled in."""

from django.urls import reverse


def part_url(studio, key="place"):
    return reverse("studios:part", args=[studio.pk, key])


def add_url(studio, kind):
    return reverse("studios:row_add", args=[studio.pk, kind])
