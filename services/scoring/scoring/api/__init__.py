"""Scoring's HTTP door: parse, ask or act, answer."""

from fastapi import APIRouter

from scoring.api import appeals, boards, city, drafts, rehearsals, rescorings, reviews, scores, sheets, votes

router = APIRouter()
for part in (sheets, drafts, rescorings, rehearsals, scores, reviews, boards, city, votes, appeals):
    router.include_router(part.router)
