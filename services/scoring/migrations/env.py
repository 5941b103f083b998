from chassis.migrations import run_environment
from scoring import tables

run_environment(tables.metadata)
