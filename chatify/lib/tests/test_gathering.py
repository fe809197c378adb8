"""What a page loads is gathered into one file of each kind."""

from collections.abc import Callable

import pytest

from chatify.lib.gathering import one_module, one_stylesheet

FILES = {
    "css/all.css": '@layer a, b;\n\n@import url("one.css") layer(a);\n@import url("more/two.css") layer(b);\n',
    "css/one.css": "p { margin: 0 }\n",
    "css/more/two.css": "b { color: red }\n",
    "js/app.js": (
        'import { one } from "./one.js";\n'
        'import {\n  three,\n  two as zwei,\n} from "./lib/more.js";\none(zwei, three);\n'
    ),
    "js/one.js": 'import { two } from "./lib/more.js";\n\nexport function one() {\n  return two;\n}\n',
    "js/lib/more.js": "const hidden = 1;\nexport const two = hidden + 1;\nexport class three {}\n",
}


def read(**others: str) -> Callable[[str], str]:
    return lambda name: (FILES | others)[name]


def test_a_stylesheet_has_its_imports_in_their_layers() -> None:
    assert one_stylesheet("css/all.css", read()) == (
        "@layer a, b;\n\n@layer a {\np { margin: 0 }\n\n}\n@layer b {\nb { color: red }\n\n}\n"
    )


@pytest.mark.parametrize(
    "text", ['p { background: url("a.png") }', "p { background: url(../a.png) }", "@import 'x.css';"]
)
def test_a_stylesheet_that_refers_to_what_is_beside_it_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="one.css"):
        one_stylesheet("css/all.css", read(**{"css/one.css": text}))


def test_a_stylesheet_may_hold_data() -> None:
    text = 'p { background: url("data:image/svg+xml,x"); mask: url(#m) }'
    assert text in one_stylesheet("css/all.css", read(**{"css/one.css": text}))


def test_modules_come_once_and_after_what_they_need() -> None:
    text = one_module("js/app.js", read())
    assert text.count("const hidden = 1;") == 1
    assert (
        text.index("const $js_lib_more = ") < text.index("const $js_one = ") < text.index("one(zwei, three);")
    )
    assert "import" not in text and "export" not in text


def test_modules_take_each_other_by_name() -> None:
    text = one_module("js/app.js", read())
    assert "return { two, three };" in text
    assert "const { one } = $js_one;" in text
    assert "  two: zwei,\n} = $js_lib_more;" in text


def test_a_circle_of_modules_is_refused() -> None:
    circle = 'import { one } from "../one.js";\nexport const two = one;\n'
    with pytest.raises(ValueError, match=r"js/one.js -> js/lib/more.js -> js/one.js"):
        one_module("js/app.js", read(**{"js/lib/more.js": circle}))


@pytest.mark.parametrize(
    "line", ["export default 1;", 'import all from "./x.js";', "export { hidden };", 'import "./x.js";']
)
def test_what_is_not_understood_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"js/lib/more.js"):
        one_module("js/app.js", read(**{"js/lib/more.js": f"const hidden = 1;\n{line}\n"}))
