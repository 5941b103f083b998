"""The data folder goes in through the public API, as the city office would type it: once, and harmlessly again."""

import json
import time
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx2

from chassis.files import write_private
from thidua.api import Problem, Session
from thidua.errors import Refusal
from thidua.folder import DataFolder
from thidua.home import Home, read_json
from thidua.people import Account, known_accounts

_PATIENCE_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 0.05
_UNAVAILABLE: Final = 503
_NOT_FOUND: Final = 404


def run(*, home: Home, data: Path, url: str) -> None:
    """Load the folder unless exactly this content was loaded before; returns when its ripples have ended.

    Raises ``Refusal`` with the file's words that the API declined.
    """
    folder = DataFolder(data)
    fingerprint = folder.fingerprint()
    if read_json(home.loaded).get("fingerprint") == fingerprint:
        return
    try:
        with Session(url, _office(home)) as office:
            Loader(office, folder).load()
    except (Problem, httpx2.TransportError) as error:
        raise Refusal(f"Không nạp được dữ liệu mẫu từ {data}: {error}") from error
    write_private(home.loaded, json.dumps({"fingerprint": fingerprint}))


def _office(home: Home) -> Account:
    for account in known_accounts(home):
        if account.holds("city_office"):
            return account
    raise Refusal("Trong accounts.yaml chưa có tài khoản nào giữ vai trò city_office để nạp dữ liệu mẫu.")


class Loader:
    """One run over one folder. What people have entered since an earlier run (reports, files, year records) stays theirs."""

    def __init__(self, office: Session, folder: DataFolder) -> None:
        self._office = office
        self._folder = folder
        self._campaign, self._campaign_body = folder.campaign()

    def load(self) -> None:
        """Put in everything in the order of its references."""
        self._load_law()
        for sheet, body in self._folder.sheets():
            self._put(f"/api/scoring/sheets/{sheet}", body)
        for unit, body in self._folder.units():
            self._put(f"/api/registry/units/{unit}", body)
        for block, body in self._folder.blocks():
            self._put(f"/api/registry/blocks/{block}", body)
        self._put(f"/api/registry/campaigns/{self._campaign}", self._campaign_body)
        for unit, body in self._folder.targets():
            self._put(f"/api/registry/campaigns/{self._campaign}/units/{unit}/targets", body)
        for person, body in self._folder.people():
            self._put_new(f"/api/registry/people/{person}", body)
        for entry, body in self._folder.entries():
            self._put_new(f"/api/registry/entries/{entry}", body)
        for unit, year, body in self._folder.years():
            self._put_new(f"/api/registry/units/{unit}/years/{year}", {**body, "version": 0})
        for ripple in [self._submit(*report) for report in self._folder.reports()]:
            self._wait_for(ripple)

    def _load_law(self) -> None:
        for pack, body in self._folder.packs():
            self._put_undecided(f"/api/awards/packs/{pack}", body)
        for form, body in self._folder.forms():
            self._put_undecided(f"/api/registry/statistics/forms/{form}", body)

    def _put_undecided(self, place: str, body: dict[str, Any]) -> None:
        """Put a rule pack or a form, unless people have changed or confirmed something in it: what they decided stays theirs."""
        try:
            decided = self._office.ask("GET", place)["changes"]
        except Problem as problem:
            if problem.status != _NOT_FOUND:
                raise
            decided = []
        if not decided:
            self._put(place, body)

    def _put_new(self, place: str, body: dict[str, Any]) -> None:
        """Put what is not there yet: what people have made of it since stays theirs."""
        if not self._version(place):
            self._put(place, body)

    def _submit(self, unit: UUID, period: UUID, fields: dict[str, str]) -> str | None:
        """Submit an illustrative report unless the unit has one; gives its ripple."""
        if self._version(f"/api/registry/campaigns/{self._campaign}/periods/{period}/reports/{unit}"):
            return None
        body = {
            "campaign_id": str(self._campaign),
            "period_id": str(period),
            "unit_id": str(unit),
            "version": 0,
            "fields": fields,
        }
        key = f"load/{period}/{unit}"
        ripple: str = self._ask("POST", "/api/registry/reports", body, key=key)["correlationid"]
        return ripple

    def _version(self, place: str) -> int:
        try:
            version: int = self._office.ask("GET", place)["version"]
        except Problem as problem:
            if problem.status != _NOT_FOUND:
                raise
            return 0
        return version

    def _put(self, place: str, body: dict[str, Any]) -> None:
        self._ask("PUT", place, json.loads(json.dumps(body, default=lambda moment: moment.isoformat())))

    def _ask(self, method: str, place: str, body: Any, *, key: str | None = None) -> Any:
        """Ask until it is no longer 503: what one service must know of another arrives by events, a moment later."""
        ends = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return self._office.ask(method, place, body, key=key)
            except Problem as problem:
                if problem.status != _UNAVAILABLE or time.monotonic() > ends:
                    raise
            time.sleep(_PAUSE_SECONDS)

    def _wait_for(self, ripple: str | None) -> None:
        """Wait until a ripple has ended, so that the first page shows the whole board; not for ever."""
        ends = time.monotonic() + _PATIENCE_SECONDS
        while ripple and time.monotonic() < ends:
            try:
                if self._office.ask("GET", f"/api/ripples/{ripple}")["complete"]:
                    return
            except Problem as problem:
                if problem.status != _NOT_FOUND:
                    raise
            time.sleep(_PAUSE_SECONDS)
