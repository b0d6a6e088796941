"""Prints data/text/unicode_additions.cpp's tables: the characters that the `tokenizers` package (0.23.3: Oniguruma with Unicode
16, and Rust) puts into a class and Unicode 14 does not, or the other way round. Asks the package about every character.

    python scripts/golden/unicode_additions.py        # Python 3.11: its unicodedata is Unicode 14's
"""

import unicodedata

from tokenizers import Regex, normalizers, pre_tokenizers

CHARACTERS = [chr(c) for c in range(0x110000) if not 0xd800 <= c <= 0xdfff]
CATEGORIES = ["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
              "Sm", "Sc", "Sk", "So"]


def matched(pattern):
    found = set()
    replace = normalizers.Replace(Regex(pattern), "")
    for i in range(0, len(CHARACTERS), 4096):
        block = "".join(CHARACTERS[i:i + 4096])
        found |= set(block) - set(replace.normalize_str(block))
    return found


def cut_out(pre_tokenizer, pieces):
    """Characters that make so many pieces of a letter, themselves and a letter."""
    return {c for c in CHARACTERS if c not in "a " and len(pre_tokenizer.pre_tokenize_str(f"a{c}a")) == pieces}


def ranges(characters):
    result = []
    for code in sorted(map(ord, characters)):
        if result and result[-1][1] == code - 1:
            result[-1][1] = code
        else:
            result.append([code, code])
    return result


def show(name, characters):
    listed = ", ".join(f"{{0x{a:x}, 0x{b:x}}}" for a, b in ranges(characters))
    print(f"// {name}: {len(characters)} characters\n{listed}\n")


def main():
    assert unicodedata.unidata_version == "14.0.0"
    by_category = {name: {c for c in CHARACTERS if unicodedata.category(c) == name} for name in CATEGORIES}
    for name in CATEGORIES:
        now = matched(rf"\p{{{name}}}")
        show(name, now - by_category[name])
        if by_category[name] - now:
            show(f"no longer {name}", by_category[name] - now)
    letters = set().union(*(by_category[name] for name in CATEGORIES if name[0] == "L"))
    numbers = set().union(*(by_category[name] for name in CATEGORIES if name[0] == "N"))
    ascii_punctuation = set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
    punctuation = ascii_punctuation.union(*(by_category[name] for name in CATEGORIES if name[0] == "P"))
    rust = cut_out(pre_tokenizers.Punctuation(), 3)
    show("Punctuation too", rust - punctuation)
    show("not Punctuation", punctuation - rust)
    show("Digits too", cut_out(pre_tokenizers.Digits(True), 3) - numbers)
    words = cut_out(pre_tokenizers.Whitespace(), 1)
    marks = set().union(*(by_category[name] for name in CATEGORIES if name[0] == "M"))
    show("words too (over L, M, Nd, Nl, Pc, joiners)",
         words - letters - marks - by_category["Nd"] - by_category["Nl"] - by_category["Pc"] - set("\u200c\u200d"))
    show("not words", (letters | marks | by_category["Nd"] | by_category["Nl"] | by_category["Pc"]) - words - {"a"})
    onig_words = matched(r"\w")
    show("\\w too", onig_words - words - {"a"})
    show("not \\w", words - onig_words)
    lower = normalizers.Lowercase()
    new_case = {c for c in CHARACTERS if lower.normalize_str(c) != c.lower()}
    show("Lowercase differs", new_case)


if __name__ == "__main__":
    main()
