"""The faults, each a scenario that plays while reports come in (docs/reliability.md tells the outcome)."""

from survival.scenarios import bus, databases, replicated_bus, services, surroundings
from survival.scenarios.at_random import of_seed
from survival.scenarios.catalogue import CATALOGUE, Scenario

__all__ = ["CATALOGUE", "Scenario", "bus", "databases", "of_seed", "replicated_bus", "services", "surroundings"]
