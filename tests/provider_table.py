"""A pytest plugin: what providers did and what came of it, as a table at the end of the run.

Tests note rows among their properties, which also reach the main process when several run tests.
"""

ROW = "provider row"
TITLES = ("provider", "behaviour", "outcome", "retried", "text kept", "tokens")

_rows: list[tuple[str, ...]] = []


def pytest_runtest_logreport(report):
    if report.when == "call":
        _rows.extend(tuple(row) for name, row in report.user_properties if name == ROW)


def pytest_terminal_summary(terminalreporter):
    if not _rows:
        return
    table = [TITLES, *sorted(_rows, key=lambda row: row[0])]
    widths = [max(len(row[place]) for row in table) for place in range(len(TITLES))]
    terminalreporter.section("providers: what they do, and what comes of it")
    for row in table:
        terminalreporter.write_line("  ".join(map(str.ljust, row, widths)).rstrip())
