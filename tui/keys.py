"""The keys that work everywhere: footer, help and palette are made from them."""

from textual.binding import Binding, BindingType

from core.text import N_

CONSOLE_KEYS: list[BindingType] = [
    Binding(
        "d",
        "demo",
        N_("demo"),
        id="app.demo",
        tooltip=N_("run the whole pipeline once, or cancel that"),
    ),
    Binding(
        "r",
        "retry",
        N_("reconnect"),
        id="app.retry",
        tooltip=N_("reconnect to broker and warehouse"),
        show=False,
        priority=True,
    ),
    Binding(
        "colon",
        "command",
        N_("command"),
        id="app.command",
        key_display=":",
        tooltip=N_("type a command, such as rate 500 or every 30"),
    ),
    Binding(
        "ctrl+p",
        "palette",
        N_("palette"),
        id="app.palette",
        tooltip=N_("find any action by name"),
        show=False,
    ),
    Binding(
        "X",
        "contexts",
        N_("contexts"),
        id="app.contexts",
        tooltip=N_("choose another context: a named data directory or cluster"),
        show=False,
    ),
    Binding(
        "y",
        "copy",
        N_("copy"),
        id="app.copy",
        tooltip=N_("copy the text of the pane to the clipboard"),
        show=False,
    ),
    Binding(
        "w",
        "write",
        N_("export"),
        id="app.write",
        tooltip=N_("export the table of the pane (CSV, JSON)"),
        show=False,
    ),
    Binding(
        "W",
        "write_history",
        N_("export history"),
        id="app.write_history",
        tooltip=N_("export rates, lag and latency of the last hours (CSV, JSON)"),
        show=False,
    ),
    Binding(
        "P",
        "picture",
        N_("screenshot"),
        id="app.picture",
        tooltip=N_("save a screenshot (SVG)"),
        show=False,
    ),
    Binding(
        "t",
        "theme",
        N_("theme"),
        id="app.theme",
        tooltip=N_("dark, light, high contrast, or the terminal's own colours"),
        show=False,
    ),
    Binding(
        "S",
        "sql",
        N_("SQL"),
        id="app.sql",
        tooltip=N_("ask the warehouse in SQL, read-only"),
        show=False,
    ),
    Binding(
        "E",
        "explore",
        N_("explore"),
        id="app.explore",
        tooltip=N_("topics, consumer groups and brokers of the cluster"),
        show=False,
    ),
    Binding("question_mark", "help", N_("help"), id="app.help", key_display="?"),
    Binding("q", "leave", N_("quit"), id="app.quit", tooltip=N_("shut down cleanly and quit")),
    Binding(
        "ctrl+c",
        "leave",
        N_("quit"),
        id="app.interrupt",
        show=False,
        priority=True,
        tooltip=N_("shut down cleanly and quit; twice: quit now"),
    ),
    Binding(
        "ctrl+z",
        "suspend",
        N_("to the shell"),
        id="app.suspend",
        show=False,
        priority=True,
        tooltip=N_("leave the screen for the shell, whose fg comes back; a service goes on"),
    ),
]

CHART_KEYS: list[BindingType] = [
    Binding(
        "left_square_bracket",
        "range(-1)",
        N_("shorter range"),
        id="chart.shorter",
        key_display="[",
        tooltip=N_("charts over a shorter time: 6 h, 1 h, 5 m, 1 m"),
        show=False,
    ),
    Binding(
        "right_square_bracket",
        "range(1)",
        N_("longer range"),
        id="chart.longer",
        key_display="]",
        tooltip=N_("charts over a longer time: 1 m, 5 m, 1 h, 6 h"),
        show=False,
    ),
    Binding(
        "left",
        "read(-1)",
        N_("read the chart"),
        id="chart.left",
        tooltip=N_("read the value before in the charts; escape ends it"),
        show=False,
    ),
    Binding(
        "right",
        "read(1)",
        N_("read on"),
        id="chart.right",
        tooltip=N_("read the next value in the charts"),
        show=False,
    ),
    Binding(
        "space",
        "hold",
        N_("hold charts"),
        id="chart.hold",
        tooltip=N_("hold the charts still, or let them go on"),
        show=False,
    ),
]
"""The keys of every chart."""

FILTER_KEY = Binding("slash", "filter", N_("filter"), id="rows.filter", key_display="/")

ROW_KEYS: list[BindingType] = [
    FILTER_KEY,
    Binding("enter", "open", N_("details"), id="rows.open"),
    Binding("j,down", "move(1)", N_("next row"), id="rows.next", show=False),
    Binding("k,up", "move(-1)", N_("previous row"), id="rows.previous", show=False),
    Binding("g,home", "end(False)", N_("first row"), id="rows.first", show=False),
    Binding("G,end", "end(True)", N_("last row"), id="rows.last", show=False),
    Binding("ctrl+d,pagedown", "page(0.5)", N_("half a page down"), id="rows.down", show=False),
    Binding("ctrl+u,pageup", "page(-0.5)", N_("half a page up"), id="rows.up", show=False),
    Binding("n", "seek(1)", N_("next match"), id="rows.seek", show=False),
    Binding("N", "seek(-1)", N_("previous match"), id="rows.seek_back", show=False),
    Binding(
        "comma", "sort", N_("sort by the next column"), id="rows.sort", key_display=",", show=False
    ),
    Binding(
        "semicolon",
        "reverse",
        N_("sort the other way"),
        id="rows.reverse",
        key_display=";",
        show=False,
    ),
    Binding(
        "minus", "hide", N_("hide the sorted column"), id="rows.hide", key_display="-", show=False
    ),
    Binding(
        "plus", "show_all", N_("show all columns"), id="rows.show", key_display="+", show=False
    ),
    Binding("escape", "escape", N_("clear filter or back"), id="rows.escape", show=False),
]
"""The keys of every table of rows."""

TRACE_KEY = Binding(
    "o",
    "trace",
    N_("trace"),
    id="screen.trace",
    tooltip=N_("trace the key under the cursor, or one that is typed"),
    show=False,
)
"""In every list and pane that has no other use for it."""
