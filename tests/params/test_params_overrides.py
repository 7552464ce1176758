"""Overrides: the texts that turn one mapping into another, read back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from matebit.params.read import merged, overrides_between, parse_override
from matebit.params.yaml_text import parse_yaml, yaml_text

keys = st.from_regex(r"\A[a-zA-Z_][a-zA-Z0-9_]{0,8}\Z")
values = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
    | st.sampled_from(["1e-4", "1e5", "12e3", "on", "null", "~", "0x1f", "1_000", "a: b", "- a", "#"])
)
lists = st.lists(values, max_size=3)
mappings = st.recursive(
    st.dictionaries(keys, values | lists, max_size=4),
    lambda inner: st.dictionaries(keys, values | lists | inner, max_size=4),
    max_leaves=8,
)


@given(base=mappings, changes=mappings)
def test_overrides_turn_the_base_into_what_was_changed(base, changes):
    changed = merged(base, changes)
    result = base
    for text in overrides_between(base, changed):
        result = merged(result, parse_override(text))
    assert result == changed


@given(mapping=mappings)
def test_equal_mappings_need_no_override(mapping):
    assert overrides_between(mapping, mapping) == []


@given(mapping=mappings)
def test_yaml_that_is_written_reads_back_the_same(mapping):
    back = parse_yaml(yaml_text(mapping), "here")
    assert back == mapping
    assert yaml_text(back) == yaml_text(mapping)


@given(base=mappings, changes=mappings)
def test_merging_twice_changes_nothing_more(base, changes):
    once = merged(base, changes)
    assert merged(once, changes) == once


def test_a_number_that_becomes_another_kind_is_a_change():
    assert overrides_between({"a": 1}, {"a": True}) == ["a=true"]
    assert overrides_between({"a": 1}, {"a": 1.0}) == ["a=1.0"]
