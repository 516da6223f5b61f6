"""Bodies as safe HTML: whatever an author pastes, only known tags, addresses and classes are left."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup, Comment
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.source.markdown import CLASSES, TAGS, has_lost_link, html_to_text, render_markdown, split_sections

SCRIPTS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.test/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\x00>alert(1)</script>",
    "<script/src=data:,alert(1)>",
    "text <script>alert(1)",
    "<!--<script>-->alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<noscript><p title='</noscript><script>alert(1)</script>'>",
    "<textarea></textarea><script>alert(1)</script>",
    "<title><script>alert(1)</script></title>",
    "<xmp><p title='</xmp><script>alert(1)</script>'></xmp>",
    "`` ` ``<script>alert(1)</script>`",
    "```\n</code><script>alert(1)</script>\n```",
    "    </code></pre><script>alert(1)</script>",
    "| a |\n|---|\n| <script>alert(1)</script> |",
    "- item\n\n  <script>alert(1)</script>",
    "&lt;script&gt;<script>alert(1)</script>",
]
HANDLERS = [
    "<img src=x onerror=alert(1)>",
    "<p onclick=alert(1)>press</p>",
    '<a href="/funding" onmouseover="alert(1)">x</a>',
    "<a href='/funding'onfocus=alert(1) autofocus>x</a>",
    "<a/onclick=alert(1)/href=/funding>x</a>",
    "<td onmouseenter=alert(1)>x</td>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<input onfocus=alert(1) autofocus>",
    "<video><source onerror=alert(1)></video>",
    "<em ONCLICK\n=\nalert(1)>x</em>",
    "<strong \x0conclick=alert(1)>x</strong>",
    '<em title="`" onclick="alert(1)`">x</em>',
]
EMBEDDED = [
    "<svg onload=alert(1)></svg>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=data:text/html,x></object><embed src=x>",
    "<style>p{background:url(javascript:alert(1))}</style>",
    "<p style='position:fixed;inset:0'>over the page</p>",
    "<link rel=stylesheet href=https://evil.test/x.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.test'>",
    "<base href=https://evil.test/>",
    "<form action=https://evil.test><button formaction=javascript:alert(1)>x</button></form>",
    "<p class='govuk-visually-hidden' id=main name=x data-module=x>x</p>",
    "<template><script>alert(1)</script></template>",
    "<!-- broken --!><img src=x onerror=alert(1)> -->",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<?xml version='1.0'?><?php alert(1) ?><!DOCTYPE x>",
    "![x](https://evil.test/pixel.png)",
    '![x"onerror="alert(1)](x)',
    "<div><p><div><span><em>unclosed <b><i",
]
# Addresses that must not be left in a link, however it is written.
BAD_ADDRESSES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "java&#10;script:alert(1)",
    "java&#x09;script:alert(1)",
    "&#106;avascript:alert(1)",
    "&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)",
    "javascript&colon;alert(1)",
    "javascript&#58;alert(1)",
    "\x01javascript:alert(1)",
    " javascript:alert(1)",
    "&#8203;javascript:alert(1)",
    "jav\x00ascript:alert(1)",
    "vbscript:msgbox(1)",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data&colon;text/html,x",
    "file:///etc/passwd",
    "blob:https://evil.test/x",
    "view-source:https://evil.test",
    "mailto:a@evil.test",
    "tel:01234",
    "//evil.test",
    "///evil.test",
    "\\\\evil.test",
    "/\\evil.test",
    "\\/evil.test",
    "/&#9;/evil.test",
    "/&#10;/evil.test",
    "&#32;//evil.test",
    "&#1;//evil.test",
    "&#47;&#47;evil.test",
    "&sol;&sol;evil.test",
    "/&bsol;evil.test",
    "https:evil.test",
    "https:/\\evil.test",
    "http:///evil.test",
    "http://[evil",
    "youth-fund",
    "../admin",
    "?q=x",
    "",
]


def list_faults(safe_html: str) -> list[str]:
    """What is in rendered Markdown that must not be there."""
    soup = BeautifulSoup(safe_html, "html.parser")
    faults = [f"comment {comment}" for comment in soup.find_all(string=lambda text: isinstance(text, Comment))]
    for tag in soup.find_all(True):
        if tag.name not in TAGS:
            faults.append(f"tag {tag.name}")
        for name, value in tag.attrs.items():
            address = tag.name == "a" and name == "href" and str(value).lower()
            is_class = name == "class" and " ".join(value) == CLASSES.get(tag.name)
            is_local = address and address[0] in "/#" and address[1:2] not in ("/", "\\")
            is_web = address and address.startswith(("https://", "http://"))
            if not (is_class or is_local or is_web):
                faults.append(f"{tag.name} {name}={value}")
    return faults


@pytest.mark.parametrize("injection", SCRIPTS + HANDLERS + EMBEDDED)
def test_an_injection_leaves_only_what_is_allowed(injection):
    assert list_faults(render_markdown(injection)) == []
    assert list_faults(render_markdown(f"Before {injection} after\n\n> {injection}\n\n1. {injection}")) == []


# Ways to write a link in HTML and in Markdown.
LINKS = [
    '<a href="{}">words</a>',
    "<a href='{}' target=_blank>words</a>",
    "[words]({})",
    "[words](<{}>)",
    '[words]({} "title")',
    "[words][1]\n\n[1]: {}",
]


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_a_link_to_a_bad_address_keeps_its_words_and_loses_the_address(address):
    for link in LINKS:
        rendered = render_markdown(link.format(address))
        assert list_faults(rendered) == []
        assert "words" in html_to_text(rendered)
        assert [a.get("href") for a in BeautifulSoup(rendered, "html.parser").find_all("a")] in ([], [None])


@pytest.mark.parametrize("text", ["<javascript:alert(1)>", '<https://evil.test/" onclick=alert(1)>', "<a@b.example>"])
def test_a_bare_address_between_angle_brackets_is_harmless(text):
    assert list_faults(render_markdown(text)) == []


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(
        st.sampled_from([*SCRIPTS, *HANDLERS, *EMBEDDED, *BAD_ADDRESSES, "[a](", ")", "\n\n", ">", "`"]), max_size=6
    )
)
def test_no_mixture_of_injections_leaves_more_than_is_allowed(pieces):
    assert list_faults(render_markdown("".join(pieces))) == []


@pytest.mark.parametrize(
    "address",
    [
        "/case-studies/portsmouth-community-wardens",
        "/glossary#top-slice",
        "/search?q=youth&amp;type=funding",
        "#dates",
        "/",
        "https://www.gov.uk/government/publications/pupil-premium",
        "HTTP://www.gov.uk/?a=b&amp;c=d#e",
    ],
)
def test_a_link_to_this_site_or_the_web_stays(address):
    rendered = render_markdown(f"[words]({address})")
    assert rendered == f'<p class="govuk-body"><a href="{address}" class="govuk-link">words</a></p>'
    assert not has_lost_link(rendered)


def test_a_lost_address_can_be_told():
    assert has_lost_link(render_markdown("See [the wardens](portsmouth-community-wardens)."))


EVERYTHING = """\
### Third

#### Fourth

Words with **strong**, *em*, `code` and a [link](/funding).

- one
- two

1. first
2. second

> said

| Year | Sum |
|------|----:|
| 2005 | £5  |

---

one\x20\x20
two
"""


def test_every_allowed_tag_can_be_written_and_carries_the_classes_of_the_design_system():
    soup = BeautifulSoup(render_markdown(EVERYTHING), "html.parser")
    assert {tag.name for tag in soup.find_all(True)} == TAGS
    for tag in soup.find_all(True):
        assert tag.get("class", []) == CLASSES.get(tag.name, "").split()
    assert CLASSES.keys() <= TAGS


def test_a_class_that_the_author_writes_is_replaced():
    assert render_markdown("<p class='evil'>x</p>") == '<p class="govuk-body">x</p>'


def test_a_table_keeps_its_rows_and_heads():
    table = BeautifulSoup(render_markdown(EVERYTHING), "html.parser").table
    assert [cell.text for cell in table.find_all("th")] == ["Year", "Sum"]
    assert [cell.text for cell in table.find_all("td")] == ["2005", "£5"]


def test_a_list_that_changes_its_kind_is_two_lists():
    soup = BeautifulSoup(render_markdown("- a\n- b\n\n1. c\n2. d"), "html.parser")
    assert [(tag.name, len(tag.find_all("li"))) for tag in soup.find_all(["ul", "ol"])] == [("ul", 2), ("ol", 2)]


def test_plain_text_has_the_words_of_every_block_apart():
    text = html_to_text(render_markdown(EVERYTHING))
    assert text == (
        "Third Fourth Words with strong, em, code and a link. one two first second said Year Sum 2005 £5 one two"
    )


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("Fish & chips < £5 > £4", "Fish & chips < £5 > £4"),
        ("AT&amp;T &lt;b&gt;&nbsp;x", "AT&T <b> x"),
        ("un*believ*able", "unbelievable"),
        ("[a > b](/x>y)", "a > b"),
        ("![picture](x.png)", ""),
        ("<!-- note -->", ""),
        ("\n \n", ""),
    ],
)
def test_plain_text_is_what_a_reader_sees(markdown, text):
    assert html_to_text(render_markdown(markdown)) == text


def test_a_body_is_split_at_its_second_level_headings():
    before, sections = split_sections("\nintro\n## One\n\ntext\n### Sub\n## Two ##\n##Three\n", first_line=10)
    assert before == "intro"
    assert [(section.title, section.text, section.line) for section in sections] == [
        ("One", "text\n### Sub", 12),
        ("Two", "##Three", 16),
    ]


@pytest.mark.parametrize("fence", ["```", "~~~"])
def test_a_heading_inside_fenced_code_is_no_section(fence):
    _, sections = split_sections(f"## One\n{fence}\n## not a section\n{fence}\n## Two")
    assert [section.title for section in sections] == ["One", "Two"]
