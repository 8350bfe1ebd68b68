"""What a corrected file says of a record is taken as it is written there."""

from typing import Any

import pytest

from duckshift.quarantine.corrected_files import unfolded


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ('[{"sku": "S1"}]', [{"sku": "S1"}]),
        ('{"a": 1}', {"a": 1}),
        ("[sic] as they wrote it", "[sic] as they wrote it"),
        ("{", "{"),
        ("12", "12"),
        ("", ""),
        (None, None),
    ],
)
def test_a_text_that_begins_like_json_is_a_text(value: str | None, said: Any) -> None:
    assert unfolded(value) == said
