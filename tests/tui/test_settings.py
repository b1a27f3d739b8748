"""Settings and limits, changed by the keys; what is typed is judged where it is typed."""

from pathlib import Path

import pytest
from textual.widgets import Input, Label

from core.config.load import SettingsSource
from tests.support.console import piloted, still_console
from tests.support.moments import moment
from tui.dialogs.settings_form import LimitsForm, SettingForm

TEXT = "# Mine\nKAFKA_TOPIC=sales\nSNOW_PASSWORD=hunter2hunter2\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / ".env"
    file.write_text(TEXT)
    return file


def opened(file: Path, *, read_only: bool = False, **environ: str):
    source = SettingsSource(env_file=file, data_dir=file.parent / "data", environ=environ)
    app = still_console(source.load(), moment(read_only=read_only))
    app.controller.read_only = read_only
    app.controller.configuration.source = source
    return app


async def settings_at(app, pilot, name: str) -> None:
    await pilot.pause()
    await pilot.press("0", "tab", "slash", *name.lower(), "enter")
    await pilot.pause()
    app.tick()


def hint(app, name: str) -> str:
    return str(app.screen.query_one(f"#hint-field-{name}", Label).render())


def shown(app) -> str:
    return "\n".join(
        "".join(segment.text for segment in strip)
        for strip in app.screen._compositor.render_strips()
    )


@piloted
async def test_a_setting_is_changed_in_its_file_with_errors_as_one_types(file):
    app = opened(file)
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await settings_at(app, pilot, "KAFKA_TOPIC ")
        await pilot.press("e")
        await pilot.pause()
        assert isinstance(app.screen, SettingForm)
        field = app.screen.query_one(Input)
        assert field.value == "sales"
        field.value = "a b"
        await pilot.pause()
        assert "not a topic name" in hint(app, "KAFKA_TOPIC")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, SettingForm)
        assert file.read_text() == TEXT
        field.value = "orders"
        await pilot.press("enter")
        await pilot.pause()
        app.tick()
        assert file.read_text() == TEXT.replace("sales", "orders")
        assert "starts again" in [told.message for told in app._notifications][-1]
        app.clear_notifications()  # they lie over the list
        await pilot.pause()
        assert "after a restart" in shown(app)


@piloted
async def test_a_secret_is_replaced_and_never_shown(file):
    app = opened(file)
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await settings_at(app, pilot, "SNOW_PASSWORD")
        await pilot.press("e")
        await pilot.pause()
        assert app.screen.query_one(Input).value == ""
        await pilot.press(*"n3wpassword")
        await pilot.pause()
        assert "n3w" not in shown(app)
        assert "hunter2" not in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        app.tick()
        assert file.read_text() == TEXT.replace("hunter2hunter2", "n3wpassword")
        assert "n3w" not in shown(app)
        await pilot.press("e", "enter")  # nothing typed leaves it as it is
        await pilot.pause()
        assert file.read_text() == TEXT.replace("hunter2hunter2", "n3wpassword")


@piloted
async def test_a_setting_goes_back_to_its_default_after_a_question(file):
    app = opened(file)
    async with app.run_test(size=(120, 36)) as pilot:
        await settings_at(app, pilot, "KAFKA_TOPIC ")
        await pilot.press("x")
        await pilot.pause()
        assert file.read_text() == TEXT
        await pilot.press("y")
        await pilot.pause()
        assert file.read_text() == TEXT.replace("KAFKA_TOPIC=sales\n", "")


@pytest.mark.parametrize(
    ("name", "read_only", "told"),
    [
        ("KAFKA_GROUP_ID", False, "set in the environment"),
        ("--data-dir", False, "option of the command line"),
        ("KAFKA_TOPIC ", True, "read-only"),
    ],
)
def test_what_cannot_be_changed_says_why(file, name, read_only, told):
    @piloted
    async def script():
        app = opened(file, read_only=read_only, KAFKA_GROUP_ID="mine")
        async with app.run_test(size=(120, 36), notifications=True) as pilot:
            await settings_at(app, pilot, name)
            await pilot.press("e")
            await pilot.pause()
            assert not isinstance(app.screen, SettingForm)
            assert told in [one.message for one in app._notifications][-1]

    script()


@piloted
async def test_limits_take_effect_at_once_and_stand_in_the_file(file):
    app = opened(file)
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await pilot.pause()
        await pilot.press("8", "l")
        await pilot.pause()
        assert isinstance(app.screen, LimitsForm)
        fields = {one.id: one for one in app.screen.query(Input)}
        assert fields["field-DROPSHIP_ALERT_LAG_WARN"].value == "50000"
        fields["field-DROPSHIP_ALERT_LAG_WARN"].value = "9M"
        fields["field-DROPSHIP_ALERT_LATENCY_WARN_MS"].value = "soon"
        await pilot.pause()
        assert "number" in hint(app, "DROPSHIP_ALERT_LATENCY_WARN_MS")
        fields["field-DROPSHIP_ALERT_LATENCY_WARN_MS"].value = "5000"
        await pilot.pause()
        assert "above critical" in hint(app, "DROPSHIP_ALERT_LAG_WARN")
        fields["field-DROPSHIP_ALERT_LAG_WARN"].value = "1k"
        fields["field-DROPSHIP_ALERT_DEAD_LETTERS_WARN"].value = "2 %"
        await pilot.press("enter")
        await pilot.pause()
        assert file.read_text() == (
            TEXT + "DROPSHIP_ALERT_LAG_WARN=1000\nDROPSHIP_ALERT_DEAD_LETTERS_WARN=0.02\n"
        )
        assert app.controller.limits["alert_lag_warn"] == 1_000
        assert app.controller.limits["alert_dead_letters_warn"] == 0.02
        assert "In effect now." in [told.message for told in app._notifications][-1]


@piloted
async def test_the_command_line_goes_to_settings_and_asks_for_one(file):
    app = opened(file)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        await pilot.press("colon", *"settings", "enter")
        await pilot.pause()
        app.tick()
        assert "LOG_LEVEL" in [row.key for row in app.chosen.rows_view.rows]
        await pilot.press("colon", *"set log_level", "enter")
        await pilot.pause()
        assert isinstance(app.screen, SettingForm)
