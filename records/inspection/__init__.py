"""Looks into an uploaded file in a process of its own, with a lid on memory and time: ``python -I records/inspection``.

Imports nothing of the project, so that it starts in a few hundredths of a second and has nothing to steal; the modules
here find each other as those of a script do.
"""
