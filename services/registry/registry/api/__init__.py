"""The registry's HTTP door: parse, ask or act, answer."""

from fastapi import APIRouter

from registry.api import (
    attachments,
    campaigns,
    designs,
    evidence,
    law,
    lists,
    people,
    pledges,
    reminders,
    reports,
    reviews,
    statistics,
    structure,
    years,
)

router = APIRouter()
# Paths are tried in their order: at a deadline nearly all that comes is a report.
for part in (
    reports,
    reviews,
    evidence,
    structure,
    campaigns,
    years,
    people,
    attachments,
    designs,
    pledges,
    lists,
    law,
    reminders,
    statistics,
):
    router.include_router(part.router)
