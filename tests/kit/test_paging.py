"""Lists are read to the end, and never for ever."""

from __future__ import annotations

import logging

from connectors.kit.paging import MOST_PAGES, Page, by_offset, by_page, links


def test_it_reads_page_after_page_until_none_follows():
    pages = {1: Page([1, 2], more=True), 2: Page([3], more=False)}
    assert list(by_page(pages.__getitem__, per_page=2)) == [1, 2, 3]


def test_without_any_word_a_full_page_has_a_successor():
    pages = {1: Page([1, 2]), 2: Page([3])}
    assert list(by_page(pages.__getitem__, per_page=2)) == [1, 2, 3]


def test_an_offset_moves_by_what_was_seen():
    asked = []

    def fetch(offset):
        asked.append(offset)
        return Page([offset, offset + 1], total=5) if offset < 4 else Page([4], total=5)

    assert list(by_offset(fetch, per_page=2)) == [0, 1, 2, 3, 4]
    assert asked == [0, 2, 4]


def test_a_list_that_shrank_is_read_again_so_that_no_row_slips_between_pages():
    passes = iter([Page([1, 2], total=5), Page([4], total=3), Page([2, 3], total=3), Page([4], total=3)])
    assert set(by_page(lambda index: next(passes), per_page=2)) == {1, 2, 3, 4}


def test_a_repeating_page_ends_the_walk_with_a_warning(caplog):
    with caplog.at_level(logging.WARNING):
        assert list(by_page(lambda index: Page([7, 8], more=True), per_page=2)) == [7, 8]
    assert "repeats" in caplog.text


def test_a_list_without_end_is_given_up(caplog):
    with caplog.at_level(logging.WARNING):
        assert len(list(by_page(lambda index: Page([index], more=True), per_page=1))) == MOST_PAGES
    assert "more than" in caplog.text


def test_a_wrong_total_does_not_loop():
    assert list(by_page(lambda index: Page([1] if index == 1 else [], total=99), per_page=10)) == [1]


def test_link_headers_are_read():
    header = '<https://a/x?page=2&b=,c>; rel="next", <https://a/x?page=9>; title="x, y"; rel=last'
    assert links(header) == {"next": "https://a/x?page=2&b=,c", "last": "https://a/x?page=9"}
    assert links("") == {}
