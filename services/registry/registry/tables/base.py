"""What all tables of the registry belong to."""

from chassis.db import new_metadata

metadata = new_metadata()
