"""Files that options name are looked at before a warehouse or a broker is asked."""

from dataclasses import replace

import pytest

from core.config import KafkaSettings, SnowflakeLogin, SnowflakeSettings
from core.errors import ExitCode, UsageError
from core.jobs import dlq, export_connector
from core.jobs.base import JobContext

NOBODY = KafkaSettings(bootstrap_servers="127.0.0.1:1")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "file").touch()
    (tmp_path / "there").mkdir()
    return tmp_path


@pytest.mark.parametrize("name", ["none/letters", "dangling/letters", "file/letters", "there"])
def test_letters_have_a_folder_to_be_saved_in(settings, folder, name):
    with pytest.raises(UsageError, match="--save: ") as caught:
        dlq.run(JobContext(settings), dlq.Options(save=folder / name))
    assert str(folder / name.split("/", maxsplit=1)[0]) in caught.value.message
    assert (caught.value.hint != "", caught.value.exit_code) == (True, ExitCode.USAGE)
    assert not settings.paths.warehouse_file.exists()


@pytest.mark.parametrize("name", ["dangling/sink.json", "file/sink.json", "there"])
def test_a_configuration_has_a_place_to_go(settings, folder, name):
    snow = SnowflakeSettings(
        account="a",
        user="u",
        login=SnowflakeLogin("snowflake_jwt", private_key_file=folder / "key.p8"),
        role="MY_WORKER",
    )
    context = JobContext(replace(settings, snowflake=snow, kafka=NOBODY, timeout_s=0.2))
    with pytest.raises(UsageError, match="--output: ") as caught:
        export_connector.run(context, export_connector.Options(output=folder / name))
    assert str(folder / name.split("/", maxsplit=1)[0]) in caught.value.message
    assert caught.value.hint
