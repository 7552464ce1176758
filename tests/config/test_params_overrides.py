"""Overrides and merging; YAML that is written reads back the same."""

from __future__ import annotations

import yaml
from hypothesis import given
from hypothesis import strategies as st

from matebit.config.read import merged, parse_override
from matebit.config.yaml_text import parse_yaml, yaml_text

keys = st.from_regex(r"\A[a-zA-Z_][a-zA-Z0-9_]{0,8}\Z")
values = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
    | st.sampled_from(
        ["1e-4", "1e5", "12e3", "on", "null", "~", "0x1f", "0o17", "1_0.5", "1_000", "a: b", "- a", "#"]
    )
)
lists = st.lists(values, max_size=3)
mappings = st.recursive(
    st.dictionaries(keys, values | lists, max_size=4),
    lambda inner: st.dictionaries(keys, values | lists | inner, max_size=4),
    max_leaves=8,
)


@given(path=st.lists(keys, min_size=1, max_size=3), value=values | lists | mappings)
def test_an_override_says_its_value_in_yaml(path, value):
    text = yaml_text(value, default_flow_style=True, width=10**6).removesuffix("...\n")
    expected = value
    for key in reversed(path):
        expected = {key: expected}
    assert parse_override(f"{'.'.join(path)}={text}") == expected


@given(mapping=mappings)
def test_yaml_that_is_written_reads_back_the_same(mapping):
    back = parse_yaml(yaml_text(mapping), "here")
    assert back == mapping
    assert yaml_text(back) == yaml_text(mapping)
    # And so for those who read YAML 1.1, as Snakemake does.
    assert yaml.safe_load(yaml_text(mapping)) == mapping


@given(base=mappings, changes=mappings)
def test_merging_twice_changes_nothing_more(base, changes):
    once = merged(base, changes)
    assert merged(once, changes) == once


def test_merging_replaces_values_and_lists_and_joins_mappings():
    base = {"a": {"b": 1, "c": [1, 2]}, "d": 3}
    assert merged(base, {"a": {"c": [4]}, "e": {}}) == {"a": {"b": 1, "c": [4]}, "d": 3, "e": {}}
