"""What a visit to a page shows. Each page is opened once for the tests that ask different things about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page

WIDTHS = (320, 375, 700, 1280)  # 320 is what a window of 1280 holds at 400% zoom
# No rule is left out; the size of targets (WCAG 2.2), which axe-core does not check by itself, is added.
# What axe-core cannot settle (incomplete) counts as well: it is for us to make it plain.
RUN_AXE = """async () => {
  const rules = { "target-size": { enabled: true } };
  const found = await axe.run({ resultTypes: ["violations", "incomplete"], rules });
  return ["violations", "incomplete"].flatMap(kind => found[kind].flatMap(rule => rule.nodes.map(node => {
    const why = [...node.any, ...node.all, ...node.none].map(check => check.message).join("; ");
    return `${kind}: ${rule.id} at ${node.target}: ${why}`;
  })));
}"""
# axe-core takes seconds for a long list. Of neighbours that look the same all the way down (tags, names of attributes,
# what styles them, and none, one, two or more letters) it is shown the first three, or the first one where the page has
# shown three in such a place before, and what others point to.
LEAVE_THREE_OF_A_KIND = """() => {
  const styling = ["class", "role", "type", "colspan", "scope"];
  const describe = part => [
    part.tagName,
    ...part.getAttributeNames().map(name => styling.includes(name) ? `${name}=${part.getAttribute(name)}` : name),
    ...[...part.childNodes].map(child => child.nodeType === Node.ELEMENT_NODE ? describe(child)
      : Math.min(child.textContent.trim().length, 3)),
  ].join(" ") + ";";
  const naming = ["for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns"];
  const pointers = naming.flatMap(name => [...document.querySelectorAll(`[${name}]`)].flatMap(
    from => from.getAttribute(name).split(" ").map(id => [from, document.getElementById(id)])));
  const isWanted = part => pointers.some(([from, to]) => part.contains(to) && !part.contains(from));
  const seen = {};
  const thin = (part, place) => {
    if (part.matches("tr, svg")) return;
    const here = {};
    for (const child of [...part.children]) {
      const kind = describe(child), standing = `${place}>${child.tagName}.${child.className}`;
      here[kind] = (here[kind] ?? 0) + 1;
      seen[place + kind] = (seen[place + kind] ?? 0) + 1;
      if (here[kind] > 1 && seen[place + kind] > 3 && !isWanted(child)) child.remove(); else thin(child, standing);
    }
  };
  thin(document.body, "");
}"""
LIST_WHAT_IS_KEPT = """async () => [
  ...document.cookie.split(";").filter(Boolean).map(name => `cookie ${name}`),
  ...Object.keys(localStorage).map(name => `local storage ${name}`),
  ...Object.keys(sessionStorage).map(name => `session storage ${name}`),
  ...(await indexedDB.databases()).map(found => `database ${found.name}`),
  ...(await caches.keys()).map(name => `cache ${name}`),
  ...(await navigator.serviceWorker.getRegistrations()).map(found => `service worker ${found.scope}`),
]"""
COLLECT_REPORTS = """window.reports = [];
document.addEventListener("securitypolicyviolation", report => window.reports.push(report.violatedDirective));"""
# Only pages with filters look different where scripts run: the style sheet folds them. Whatever else our scripts do is
# in the body.
READ_BODY = """() => {
  if (document.querySelector(".app-filters")) return null;
  const body = document.body.cloneNode(true);
  body.querySelectorAll("script, [name=csrf_token]").forEach(part => part.remove());
  return body.innerHTML;
}"""
# Folded parts count: a reader may open them.
UNFOLD = """() => document.querySelectorAll("details:not([open])").forEach(fold => {
  fold.open = true;
  fold.dataset.unfolded = "";
})"""
FOLD_AGAIN = """() => document.querySelectorAll("[data-unfolded]").forEach(fold => {
  fold.open = false;
  delete fold.dataset.unfolded;
})"""
LIST_WIDE_PARTS = """() => [...document.querySelectorAll("body, body *")]
  .filter(part => part.getBoundingClientRect().right > innerWidth + 1)
  .concat(document.documentElement.scrollWidth > innerWidth ? [document.documentElement] : [])
  .map(part => `too wide for ${innerWidth} px: ${part.outerHTML.slice(0, 120)}`)"""


@dataclass(frozen=True)
class Visit:
    """What one visit showed: addresses asked for, what the console and our rules reported, what stayed, and faults."""

    asked: list[str]
    said: list[str]
    reports: list[str]
    has_form_that_writes: bool
    cookies: list[str]
    kept: list[str]
    wide: list[str]
    axe: list[str]
    axe_without_scripts: list[str]


def list_axe_faults(page: Page, widths: tuple[int, ...] = (375, 1280)) -> list[str]:
    """Everything that axe-core finds on a page at some widths, of which only distinct parts are left."""
    page.evaluate(LEAVE_THREE_OF_A_KIND)
    page.evaluate(Axe().axe_script)
    faults = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        faults += [f"{width} px, {fault}" for fault in page.evaluate(RUN_AXE)]
    return faults


def list_wide_parts(page: Page) -> list[str]:
    """Everything that sticks out of the window at some width, and leaves the page as it was."""
    page.evaluate(UNFOLD)
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found += page.evaluate(LIST_WIDE_PARTS)
    page.evaluate(FOLD_AGAIN)
    return found


class Visitor:
    """Visits pages of the site in two windows that stay open: what a page leaves behind is seen from there on."""

    def __init__(self, browser: Browser, site: str) -> None:
        open_context = partial(browser.new_context, base_url=site, locale="en-GB")
        self._site = site
        self._contexts = [open_context(), open_context()]
        self._page, self._bare = (context.new_page() for context in self._contexts)
        self._page.add_init_script(COLLECT_REPORTS)
        self._page.on("request", lambda request: self._asked.append(request.url))
        self._page.on("console", self._note)
        self._page.on("pageerror", lambda error: self._said.append(str(error)))
        # axe-core is itself a script, so this window runs scripts: ours are kept out.
        self._bare.route("**/static/*.js*", lambda route: route.abort())
        self._visits: dict[str, Visit] = {}

    def __call__(self, address: str) -> Visit:
        """What a visit to an address shows; the same one for every test that asks."""
        if address not in self._visits:
            self._visits[address] = self._visit(address)
        return self._visits[address]

    def close(self) -> None:
        """Close both windows."""
        for context in self._contexts:
            context.close()

    def _visit(self, address: str) -> Visit:
        page = self._page
        self._address, self._asked, self._said = address, [], []
        page.context.clear_cookies()
        page.set_viewport_size({"width": 375, "height": 800})
        page.goto(address)
        asked, said, reports = list(self._asked), list(self._said), page.evaluate("window.reports")
        writes = page.locator("form[method='post']").count() > 0
        cookies = [cookie["name"] for cookie in page.context.cookies()]
        kept = page.evaluate(LIST_WHAT_IS_KEPT)
        without_scripts = self._list_faults_without_scripts(address, page.evaluate(READ_BODY))
        wide = list_wide_parts(page)
        return Visit(asked, said, reports, writes, cookies, kept, wide, list_axe_faults(page), without_scripts)

    def _list_faults_without_scripts(self, address: str, body_with_scripts: str | None) -> list[str]:
        """What axe-core finds where our scripts do not run; nothing new where they change nothing. In a narrow window,
        because it is there that they change how a page looks."""
        self._bare.goto(address)
        self._bare.evaluate("document.body.classList.remove('js-enabled')")  # the page's own mark
        if body_with_scripts is not None and self._bare.evaluate(READ_BODY) == body_with_scripts:
            return []
        return list_axe_faults(self._bare, (375,))

    def _note(self, message: ConsoleMessage) -> None:
        # Chromium itself notes the status of an error page.
        failed = message.text.startswith("Failed to load resource")
        if not (failed and message.location["url"] == f"{self._site}{self._address}"):
            self._said.append(message.text)
