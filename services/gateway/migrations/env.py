from chassis.migrations import run_environment
from gateway import tables

run_environment(tables.metadata)
