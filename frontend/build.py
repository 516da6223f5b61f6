"""Build the front-end files the site serves from the packages npm installed, without GOV.UK branding.

Reads `frontend/node_modules/govuk-frontend`, writes `static/built/govuk-<version>/`. The product is not on GOV.UK: the
GDS Transport font, the crown and the GOV.UK images are left out, and the build stops if any of the font remains.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILT = HERE.parent / "static" / "built"
FONT = '"Helvetica Neue",Helvetica,Arial,sans-serif'


def remove_branding(css: str) -> str:
    """Take the GOV.UK typeface out of the style sheet; raises SystemExit if a trace of it is left."""
    css = re.sub(r"@font-face\s*\{[^}]*\}", "", css)
    css = re.sub(r'"?GDS Transport"?\s*,\s*arial\s*,\s*sans-serif', FONT, css)
    css = re.sub(r"url\(/assets/images/[^)]*\)", "none", css)
    css = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", css)
    if "GDS Transport" in css:
        sys.exit(
            "frontend/build.py: the style sheet still names GDS Transport; its form has changed, adjust this file."
        )
    return css


def main() -> None:
    """Write the built folder anew."""
    package = HERE / "node_modules" / "govuk-frontend"
    version = json.loads((package / "package.json").read_text())["version"]
    dist = package / "dist" / "govuk"
    shutil.rmtree(BUILT, ignore_errors=True)
    target = BUILT / f"govuk-{version}"
    target.mkdir(parents=True)
    css = remove_branding((dist / "govuk-frontend.min.css").read_text(encoding="utf-8"))
    (target / "govuk-frontend.min.css").write_text(css, encoding="utf-8")
    script = (dist / "govuk-frontend.min.js").read_text(encoding="utf-8")
    (target / "govuk-frontend.min.js").write_text(re.sub(r"//# sourceMappingURL=.*", "", script), encoding="utf-8")
    print(f"Built the front end from govuk-frontend {version}.")


if __name__ == "__main__":
    main()
