"""Who is believed to be somebody, and what is said to those who are not?"""

import json
import time
from typing import Any
from uuid import uuid4

import pytest
from house import House, ident
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from chassis.errors import Forbidden, Unauthenticated
from chassis.identity import HEADER, Grant, Identity, Signer, Verifier, make_key

KEY = make_key()
WHO = Identity(account="lan", post="Cán bộ A", grants=(Grant(role="unit_officer", scope=ident("a")),))
UNIT = {"name": "Phường Tân Phong", "kind": "ward", "valid_from": "2013-12-27"}


def token(key: Any = KEY, algorithm: str = "Ed25519", **claims: Any) -> str:
    now = int(time.time())
    whole = {**WHO.model_dump(mode="json"), "aud": "registry", "iat": now, "exp": now + 60, **claims}
    kept = {name: claim for name, claim in whole.items() if claim is not None}
    return jwt.encode({"alg": algorithm}, kept, key, algorithms=[algorithm])


def test_what_the_gateway_signs_is_believed_by_its_audience() -> None:
    assert Verifier(KEY, "registry").verify(Signer(KEY).sign(WHO, "registry")) == WHO


def as_secret(key: OKPKey) -> OctKey:
    return OctKey.import_key(json.dumps(key.as_dict(private=False)).encode())


NOW = int(time.time())


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(None, id="nothing"),
        pytest.param("", id="an empty word"),
        pytest.param("a.b.c", id="three words"),
        pytest.param(token(aud="scoring"), id="for another service"),
        pytest.param(token(aud=None), id="for nobody"),
        pytest.param(token(exp=NOW - 60, iat=NOW - 120), id="expired"),
        pytest.param(token(exp=None), id="without an end"),
        pytest.param(token(iat=None), id="without a beginning"),
        pytest.param(token(iat=NOW + 3600, exp=NOW + 3660), id="from the future"),
        pytest.param(token(exp=NOW + 3600), id="longer than five minutes"),
        pytest.param(token(exp="tomorrow"), id="with a word for its end"),
        pytest.param(token(make_key()), id="signed by another key"),
        pytest.param(token(as_secret(KEY), "HS256"), id="signed with the public key as a secret"),
        pytest.param(token(account=None), id="of nobody"),
        pytest.param(token(grants=[{"role": "city_office", "scope": "everywhere"}]), id="with a scope that is no id"),
        pytest.param(token()[:-8] + "AAAAAAAA", id="with a broken signature"),
    ],
)
def test_what_is_not_believed(given: str | None) -> None:
    with pytest.raises(Unauthenticated):
        Verifier(KEY, "registry").verify(given)


def test_a_role_counts_only_in_its_scope() -> None:
    WHO.require(("unit_officer", ident("a")), who_may="cán bộ của đơn vị")
    WHO.require("city_office", "unit_officer", who_may="ai cũng được")
    with pytest.raises(Forbidden, match="Người làm được: cán bộ của đơn vị"):
        WHO.require(("unit_officer", ident("b")), "city_office", who_may="cán bộ của đơn vị")


def test_what_is_in_no_scope_is_nobody_s() -> None:
    """A unit without a block has no head: whoever heads any block is not let in for that."""
    nowhere = None
    assert (WHO.holds("unit_officer"), WHO.holds("unit_officer", nowhere)) == (True, False)
    with pytest.raises(Forbidden):
        WHO.require(("unit_officer", nowhere), who_may="không ai")


async def test_a_service_asks_who_it_is_before_anything_else_and_says_who_may(house: House) -> None:
    await house.open(["registry"])
    path = f"/units/{ident('a')}"
    async with house.client("registry", ("unit_officer", ident("a"))) as officer:
        refused = await officer.put(path, json=UNIT)
        assert refused.status_code == 403
        assert "Phòng Nội vụ thành phố" in refused.json()["detail"]
        for headers in ({HEADER: "x"}, {HEADER: house.signer.sign(WHO, "scoring")}):
            for ask in (officer.put(path, json=UNIT, headers=headers), officer.get("/units", headers=headers)):
                assert (await ask).status_code == 401
        unread = await officer.put(path, content=b"{", headers={HEADER: "x"})
        assert unread.status_code == 401
        del officer.headers[HEADER]
        # Health is for whoever runs the house; a ripple and a dead letter are not.
        assert (await officer.get("/health/live")).status_code == 200
        for closed in (f"/ripples/{uuid4()}", "/dead-letters", f"/dead-letters/{uuid4()}"):
            assert (await officer.get(closed)).status_code == 401
    assert await house.rows("registry", "SELECT 1 FROM units") == []
