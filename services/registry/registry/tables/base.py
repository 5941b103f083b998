"""What all tables of the registry belong to."""

from sqlalchemy import MetaData

metadata = MetaData()
