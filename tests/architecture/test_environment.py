from .environment import documented, read_by, read_past_the_reader
from .source import Source, python_files

PRODUCT = python_files(tests=False)


def test_every_variable_that_is_read_is_documented() -> None:
    missing = set(read_by(PRODUCT)) - set(documented())
    assert not missing, f".env.example does not tell of {sorted(missing)}"


def test_every_documented_variable_is_read() -> None:
    unread = set(documented()) - set(read_by(PRODUCT))
    assert not unread, f"nothing reads {sorted(unread)}"


def test_documented_defaults_are_the_real_ones() -> None:
    told = documented()
    wrong = {
        name: (told[name], default)
        for name, default in read_by(PRODUCT).items()
        if default is not None and name in told and told[name].strip('"') != default
    }
    assert not wrong, f"name: (documented, real) {wrong}"


def test_nothing_reads_the_environment_past_the_reader() -> None:
    findings = read_past_the_reader(PRODUCT)
    assert not findings, "\n".join(findings)


def test_these_guards_can_fail() -> None:
    source = Source(
        "media/a.py", 'x = env.whole("SIZE", 5)\ny = os.environ["PORT"]\nz = env.flag("A", True)\n'
    )
    assert read_by([source]) == {"SIZE": "5", "A": "on"}
    assert read_past_the_reader([source])
    assert read_past_the_reader([Source("media/a.py", 'x = os.environ.get("PORT")\n')])
    assert not read_past_the_reader(
        [Source("media/a.py", 'os.environ["PORT"] = "1"\nos.environ.setdefault("A", "b")\n')]
    )
