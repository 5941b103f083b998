"""What all tables of scoring belong to."""

from chassis.db import new_metadata

metadata = new_metadata()
