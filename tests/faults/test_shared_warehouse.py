"""One DuckDB file and several processes: whatever ends or stops, each record is stored once."""

import signal

import pytest

from tests.support.sharing import Member, check_content, holder_of, members

pytestmark = pytest.mark.slow

MANY = 20_000


def test_three_writers_share_one_file(tmp_path):
    with members() as started:
        started += [Member(tmp_path, "write", part, MANY, 700, 5) for part in range(3)]
        for one in started:
            one.end()
    check_content(tmp_path, dict.fromkeys(range(3), MANY))


def test_the_fence_holds_between_processes(tmp_path):
    with members() as started:
        started += [Member(tmp_path, "write", 0, MANY, 100 + part, 0) for part in range(3)]
        said = [one.end() for one in started]
    assert sum(int(text.split("fenced ")[1].split()[0]) for text in said) > 0
    check_content(tmp_path, {0: MANY})


def test_a_holder_that_is_killed_is_followed_by_another(tmp_path):
    with members() as started:
        started.append(Member(tmp_path, "hold"))
        killed = [holder_of(tmp_path)]
        writers = [Member(tmp_path, "write", part, MANY, 500, 7) for part in range(3)]
        started += writers
        for _again in range(2):
            victim = next(one for one in started if one.pid == killed[-1])
            victim.kill()
            if victim in writers:
                part = writers.index(victim)
                writers[part] = Member(tmp_path, "write", part, MANY, 500, 7)
                started.append(writers[part])
            killed.append(holder_of(tmp_path, other_than=killed[-1]))
        for one in writers:
            one.end()
    check_content(tmp_path, dict.fromkeys(range(3), MANY))


def test_a_holder_that_ends_cleanly_hands_over(tmp_path):
    with members() as started:
        first = Member(tmp_path, "hold")
        started.append(first)
        holder_of(tmp_path)
        writers = [Member(tmp_path, "write", part, MANY, 500, 7) for part in range(2)]
        started += writers
        wait = holder_of(tmp_path)
        assert wait == first.pid
        first.signal(signal.SIGTERM)
        assert "ended" in first.end(30)
        for one in writers:
            one.end()
    check_content(tmp_path, dict.fromkeys(range(2), MANY))


def test_a_holder_that_is_stopped_for_a_while_keeps_others_waiting(tmp_path):
    with members() as started:
        first = Member(tmp_path, "hold")
        started.append(first)
        holder_of(tmp_path)
        writer = Member(tmp_path, "write", 0, MANY, 200, 7)
        started.append(writer)
        first.signal(signal.SIGSTOP)
        with pytest.raises(Exception, match="timed out"):
            writer.process.wait(15)
        first.signal(signal.SIGCONT)
        writer.end()
    check_content(tmp_path, {0: MANY})
