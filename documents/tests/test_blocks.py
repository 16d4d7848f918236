"""A stretch of a text as a page shows it: tables as tables, the passage marked where it stands."""

from documents.blocks import Block, blocks_of

TABLE = "Prices:\n\n| Part | Euro |\n| --- | ---: |\n| Lamp \\| bulb | 7 |\n| Motor | |\nEnd.\n"


def marked(blocks: list[Block]) -> list[str]:
    return [run.text for block in blocks for run in block.runs() if run.is_passage]


def words(cells: list) -> list[str]:
    return ["".join(run.text for run in cell) for cell in cells]


def test_a_table_has_its_head_and_rows_and_the_words_around_it_stay():
    before, table, after = blocks_of(TABLE)
    assert [run.text for run in before.words] == ["Prices:\n\n"]
    assert words(table.head) == ["Part", "Euro"]
    assert [words(row) for row in table.rows] == [["Lamp | bulb", "7"], ["Motor", ""]]
    assert [run.text for run in after.words] == ["End.\n"]


def test_a_passage_is_marked_in_words_and_cells_and_is_led_to_once():
    start, end = TABLE.index("Prices"), TABLE.index("| Motor")
    blocks = blocks_of(TABLE, (start, end))
    assert marked(blocks) == ["Prices:\n\n", "Part", "Euro", "Lamp | bulb", "7"]
    assert [run.text for block in blocks for run in block.runs() if run.is_first] == ["Prices:\n\n"]


def test_a_passage_within_a_cell_is_cut_out_of_it():
    at = TABLE.index("bulb")
    [_, table, _] = blocks_of(TABLE, (at, at + 4))
    assert [(run.text, run.is_passage) for run in table.rows[0][0]] == [
        ("Lamp | ", False),
        ("bulb", True),
    ]


def test_rows_without_a_rule_have_no_head_and_no_text_is_no_block():
    [table] = blocks_of("| a | b |\n| c | d")
    assert (table.head, [words(row) for row in table.rows]) == ([], [["a", "b"], ["c", "d"]])
    assert blocks_of("") == []
