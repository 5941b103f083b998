from chassis.migrations import run_environment
from registry import tables

run_environment(tables.metadata)
