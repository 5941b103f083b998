from awards import tables
from chassis.migrations import run_environment

run_environment(tables.metadata)
