"""``python -m gongwen``: what is no text is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongwen.__main__ import main


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"%PDF-1.7\n\xe2\xe3\xcf\xd3" + bytes(range(256)) * 9, "a PDF"), ("衢州市".encode("gbk") * 50, "GBK")],
)
def test_what_is_no_utf8_text_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes, why: str
) -> None:
    (tmp_path / "a").write_bytes(data)
    assert main([str(tmp_path / "a")]) == 1, why
    out, err = capsys.readouterr()
    assert out == ""
    assert "不是 UTF-8 文本" in err
