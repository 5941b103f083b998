"""Do the migrations lead to the tables that the code speaks of?"""

import pytest
from house import Templates

from chassis import migrations


@pytest.mark.parametrize("service", ["registry", "awards"])
async def test_migrations_and_tables_agree(templates: Templates, service: str) -> None:
    assert await migrations.differences(service, templates.admin_url(f"template_{service}")) == []
