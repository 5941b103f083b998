"""``python -m thidua``: what ``thidua up --detach`` starts in the background."""

from thidua.cli import app

app()
