"""The one place where DuckDB's SQL and Spark's differ for process mining. Lists count from 1 in both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qualityloop.analysis.engine import Dialect


@dataclass(frozen=True, slots=True)
class Sql:
    """Spells one expression for one engine; every template names its parts in braces."""

    name: Dialect
    quote: str
    microseconds: str  # an instant without zone → microseconds since 1970
    whole: str  # integer division of two positive BIGINTs
    collect: str  # the values of a group as a list in ascending order
    each: str  # a list, element by element
    struct: str  # named fields
    first: str
    last: str
    rest: str  # the list from a position on
    position: str  # where an element first stands; 0 where it does not
    length: str
    quantiles: str  # median and p90, linearly interpolated, as a list of DOUBLE
    listed: str  # a list of these values
    number: str  # a number of its own for each row
    kept: str  # a named subquery, computed once where the engine can be told so

    def column(self, name: str) -> str:
        """A quoted column name."""
        return f"{self.quote}{name}{self.quote}"

    def record(self, fields: Mapping[str, str]) -> str:
        """A struct with these named fields; structs compare field by field."""
        return self.struct.format(
            fields=", ".join(
                f"{name} := {value}" if self.name == "duckdb" else f"{value} AS {name}"
                for name, value in fields.items()
            )
        )

    def exploded(self, table: str, lists: Mapping[str, str], keep: tuple[str, ...] = ()) -> str:
        """One row per position of the lists, shorter ones filled up with NULL; `keep` columns repeated."""
        kept = "".join(f"{name}, " for name in keep)
        if self.name == "duckdb":
            unnested = ", ".join(f"unnest({value}) AS {name}" for name, value in lists.items())
            return f"SELECT {kept}{unnested} FROM {table}"
        zipped = ", ".join(lists.values())
        names = ", ".join(lists)
        return f"SELECT {kept}{names} FROM {table} LATERAL VIEW inline(arrays_zip({zipped})) zipped AS {names}"


DUCKDB = Sql(
    name="duckdb",
    quote='"',
    microseconds="epoch_us({0})",
    whole="{0} // {1}",
    collect="list_sort(list({0}))",
    each="list_transform({0}, lambda x: {1})",
    struct="struct_pack({fields})",
    first="list_extract({0}, 1)",
    last="list_extract({0}, -1)",
    rest="list_slice({0}, {1}, len({0}))",
    position="coalesce(list_position({0}, {1}), 0)",
    length="len({0})",
    quantiles="quantile_cont({0}, [0.5, 0.9])",
    listed="[{0}]",
    number="row_number() OVER ()",
    kept="{0} AS MATERIALIZED ({1})",
)

SPARK = Sql(
    name="spark",
    quote="`",
    microseconds="unix_micros(CAST({0} AS TIMESTAMP))",
    whole="{0} div {1}",
    collect="array_sort(collect_list({0}))",
    each="transform({0}, x -> {1})",
    struct="struct({fields})",
    first="element_at({0}, 1)",
    last="element_at({0}, -1)",
    rest="slice({0}, {1}, size({0}))",
    position="array_position({0}, {1})",
    length="size({0})",
    quantiles="percentile({0}, array(0.5, 0.9))",
    listed="array({0})",
    number="monotonically_increasing_id()",
    kept="{0} AS ({1})",
)

DIALECTS: dict[Dialect, Sql] = {"duckdb": DUCKDB, "spark": SPARK}
