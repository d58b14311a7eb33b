"""The one limit on what is unpacked: zips, gz, workbooks, Parquet; one inside another, alone or together."""

import io
import zipfile
from dataclasses import dataclass, field
from typing import Any

from hotspots.checks import InputError, require_installed

MAX_BYTES = 2 * 1024**3
MAX_RATIO = 200  # text packs to a tenth, a sheet to a fiftieth; what packs to less was made to do harm
FREE = 50_000_000  # bytes that are no danger, whatever their ratio
DEPTH = 3  # zips inside zips
_CHUNK = 1024 * 1024
_FEWER = "fewer months at once, or a folder of Parquet files, which a run counts where they lie"


@dataclass
class Allowance:
    """What a packed file may come to, counted while it is unpacked, whatever sizes it states.

    ``packed`` is its size on the disk; ``whole`` is shared by the files of one source: many small bombs
    are one.
    """

    packed: int = 0
    whole: "Allowance | None" = None
    total: int = 0
    counted: dict[str, int] = field(default_factory=dict)

    def count(self, name: str, size: int) -> None:
        """Note that ``name`` came to ``size`` bytes so far, or raise `InputError` where that is too much."""
        more = size - self.counted.get(name, 0)
        self.counted[name] = size
        for one in (self, self.whole):
            if one is None:
                continue
            one.total += more
            if one.total > FREE and one.total > MAX_RATIO * max(one.packed, 1):
                raise InputError(
                    f"The file unpacks to a suspicious size, over {MAX_RATIO} times its own",
                    given=f"{name}: {one.total:,} bytes and more, from {one.packed:,}",
                    advice="do not trust this file; ask whoever made it for the table as plain CSV",
                )
        if self.total > MAX_BYTES:
            raise InputError("The file unpacks to more than 2 GB", given=name, advice=_FEWER)


def refuse_large(name: str, size: int) -> None:
    """Raise `InputError` for a file that is too large to be read row by row."""
    if size > MAX_BYTES:
        raise InputError("The file is larger than 2 GB", given=name, advice=_FEWER)


def unpack(handle: Any, name: str, allowance: Allowance) -> bytes:
    """Read a packed stream to its end, counting."""
    data = io.BytesIO()
    while chunk := handle.read(_CHUNK):
        data.write(chunk)
        allowance.count(name, data.tell())
    return data.getvalue()


def count_zip(file: Any, name: str, allowance: Allowance) -> None:
    """Count a workbook, document or zipped shapefile by the sizes it states, which readers do not exceed."""
    with zipfile.ZipFile(file) as archive:
        allowance.count(f"{name} unpacked", sum(member.file_size for member in archive.infolist()))


def count_parquet(data: bytes, name: str, allowance: Allowance) -> None:
    """Count what a Parquet file holds: by its record, then by its texts, which it may keep once for all."""
    pa, compute, parquet = (
        require_installed(f"pyarrow{part}", extra="parquet") for part in ("", ".compute", ".parquet")
    )
    file = parquet.ParquetFile(io.BytesIO(data))
    record = file.metadata
    groups = [record.row_group(i) for i in range(record.num_row_groups)]
    stated = sum(g.column(i).total_uncompressed_size for g in groups for i in range(g.num_columns))
    allowance.count(f"{name} unpacked", max(stated, 8 * record.num_rows * record.num_columns))
    kinds = {f.name: getattr(f.type, "value_type", f.type) for f in file.schema_arrow}
    texts = [name for name, kind in kinds.items() if kind in (pa.string(), pa.large_string(), pa.binary())]
    kept_once = parquet.ParquetFile(io.BytesIO(data), read_dictionary=texts)
    size = 0
    for batch in kept_once.iter_batches(columns=texts) if texts else ():
        for column in batch.columns:
            lengths = compute.binary_length(column.dictionary)
            size += compute.sum(lengths.take(column.indices)).as_py() or 0
        allowance.count(f"{name} as text", size)
