"""Writes tests/golden/jinja_expressions.json: what Jinja2, set up as transformers does it, makes of small templates.

Every case is a source, variables, and the text it renders to, or null when it must fail. Needs transformers 5.17.0 and
jinja2 3.1.6. Run from the repository root:
    python scripts/golden/jinja_expressions.py
"""

import json
import pathlib

from jinja_cases import CASES, VARIABLES
from transformers.utils.chat_template_utils import _compile_jinja_template


def expected(source, variables):
    try:
        text = _compile_jinja_template(source).render(**variables)
        text.encode("utf-8")  # a lone surrogate is a failure as well
        return text
    except Exception:  # any failure: the point is that there is no text
        return None


def main():
    rows = []
    for case in CASES:
        source, extra = (case, {}) if isinstance(case, str) else case
        row = {"source": source, "expected": expected(source, {**VARIABLES, **extra})}
        if extra:
            row["variables"] = extra
        rows.append(json.dumps(row, ensure_ascii=False))
    failing = sum('"expected": null' in row for row in rows)
    print(f"{len(rows)} cases, {failing} of them must fail")
    variables = json.dumps(VARIABLES, ensure_ascii=False)
    body = ",\n".join(rows)
    text = f'{{"variables": {variables},\n"cases": [\n{body}\n]}}\n'
    pathlib.Path("tests/golden/jinja_expressions.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
