from chassis.migrations import run_environment
from notify import tables

run_environment(tables.metadata)
