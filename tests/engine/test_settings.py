"""Settings: exact names of the environment, and keys from files."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.settings import EngineSettings
from gongwen.errors import SettingsError


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in EngineSettings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)


def test_defaults_and_descriptions() -> None:
    settings = EngineSettings()
    assert (settings.data_dir, settings.index_name, settings.meili_url) == (Path("data"), "wenhao", None)
    assert (settings.search_timeout, settings.write_timeout, settings.max_batched_tasks) == (5.0, 600.0, 20)
    assert all(field.description for field in EngineSettings.model_fields.values())


def test_names_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "WENHAO_DATA": "/srv/w",
        "WENHAO_INDEX": "other",
        "MEILI_URL": "http://h:1",
        "MEILI_SEARCH_KEY": "secret",
        "MEILI_BIN": "",
        "DATA_DIR": "/elsewhere",
        "INDEX_NAME": "elsewhere",
    }.items():
        monkeypatch.setenv(name, value)
    settings = EngineSettings()
    assert (settings.data_dir, settings.index_name, settings.meili_url) == (Path("/srv/w"), "other", "http://h:1")
    assert settings.meili_bin is None
    assert "secret" not in repr(settings)
    assert EngineSettings(data_dir=Path("mine")).data_dir == Path("mine")


def test_a_key_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "key"
    monkeypatch.setenv("MEILI_ADMIN_KEY_FILE", str(file))
    with pytest.raises(SettingsError, match=r"MEILI_ADMIN_KEY_FILE.*cannot be read"):
        EngineSettings()
    file.write_text("\n")
    with pytest.raises(SettingsError, match="is empty"):
        EngineSettings()
    file.write_text("from-file\n")
    found = EngineSettings().meili_admin_key
    assert found is not None
    assert found.get_secret_value() == "from-file"
    monkeypatch.setenv("MEILI_ADMIN_KEY", "direct")
    direct = EngineSettings().meili_admin_key
    assert direct is not None
    assert direct.get_secret_value() == "direct"


@pytest.mark.parametrize("name", ["a b", "", "a*", "a/b"])
def test_a_bad_index_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"index_name|WENHAO_INDEX"):
        EngineSettings(index_name=name)
