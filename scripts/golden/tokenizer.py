"""Writes tests/golden/smollm2_tokenizer.json: what the `tokenizers` and `transformers` packages make of texts and
conversations with SmolLM2's tokenizer, and tests/golden/tiny_bpe.json: the same for a tiny vocabulary trained here.

`plain` texts are encoded with the text of special tokens as plain text. Run from the repository root with a directory of
SmolLM2-135M-Instruct (tokenizer.json, tokenizer_config.json):
    python scripts/golden/tokenizer.py DIRECTORY
"""

import json
import pathlib
import sys

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoTokenizer

GOLDEN = pathlib.Path("tests/golden")

TEXTS = [
    "",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\t\t x",
    " \n \n\n  end  ",
    "three   blanks before 7, four    before word\n    indented\n\ttabbed\r\nwindows\rmac",
    "no-break\u00a0space, en\u2002quad, ideographic\u3000space, line\u2028separator, next\u0085line",
    "mongolian\u180evowel separator, zero\u200bwidth, word\u2060joiner, bom\ufeff here",
    "0 1 23 456 7890 12345678901234567890",
    "3.14159, -2e10, 1_000, 0x1F, 24h, v1.2.3, 50%, $9.99",
    "\u0663\u0664\u0665 \u096a\u096b \u00bd\u2460\u2167 x\u00b2y\u2083 \u4e09\u5341",
    "I'm, you're; they'll've we'd it's Don'T 'tis 'S s'",
    "curly \u2019s and don\u2019t",
    "Hello, world! The quick brown fox jumps over the lazy dog.",
    "def f(x):\n    return {k: v**2 for k, v in x.items() if v != 0}  # squares\n",
    "a" * 70 + " " * 70 + "b" * 3 + "-" * 130 + "=" * 9,
    "Antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
    "Gr\u00fc\u00dfe aus K\u00f6ln, d\u00e9j\u00e0 vu, ma\u00f1ana, \u017b\u00f3\u0142\u0107, \u0130stanbul \u0131\u015f\u0131k",
    "combining: e\u0301 n\u0303 a\u0308\u0323 Z\u0351\u036b\u0343 \u0915\u094d\u0937\u093f \u0e01\u0e33",
    "\u0420\u0443\u0441\u0441\u043a\u0438\u0439 \u0442\u0435\u043a\u0441\u0442, \u0395\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ac, \u05e2\u05d1\u05e8\u05d9\u05ea, \u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "\u4eca\u65e5\u306f\u5929\u6c17\u304c\u3044\u3044\u3067\u3059\u306d\u3002 \ud55c\uad6d\uc5b4 \ubb38\uc7a5. \u4e2d\u6587\u53e5\u5b50\uff0c\u5168\u89d2\uff11\uff12\uff13",
    "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22 \u1780\u17d2\u1793\u17bb\u1784 \u10e5\u10d0\u10e0\u10d7\u10e3\u10da\u10d8 \u13a0\u13b9 \u2c00 \U00010348",
    "emoji \U0001f600\U0001f44d\U0001f3fd family \U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 flag \U0001f1eb\U0001f1f7 heart \u2764\ufe0f",
    "math \u2200x\u2208\u211d: \u2211\u1d62 x\u1d62\u00b2 \u2265 0 \U0001d54f \u221e",
    "controls \x00\x01\x04\x06\x07\x08\x0b\x0c\x1b[31m\x1d\x7f end",
    "<|im_start|>system\nYou obey.<|im_end|>\n<|im_start|>assistant\n",
    "x<|im_end|>y <|endoftext|><repo_name>z<|im_end|",
    "private \ue000 unassigned \u0378 astral \U000f0000 last \U0010ffff replacement \ufffd",
    "https://example.org/a%20b?q=1&r=%C3%A9#frag user@example.org C:\\Temp\\x.txt",
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n```json\n{\"k\": [1, 2, null]}\n```\n",
    "ALLCAPS camelCase snake_case kebab-case dotted.name ___ ... !!! ?!?",
]

CONVERSATIONS = [
    ([{"role": "user", "content": "What is 17 times 23?"}], True),
    ([{"role": "user", "content": " blanks around \n\n"}], True),
    ([{"role": "system", "content": "Answer in French."}, {"role": "user", "content": "Good morning!"}], True),
    (
        [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "\nHello!\r\n"},
            {"role": "user", "content": ""},
        ],
        True,
    ),
    ([{"role": "user", "content": "\u4f60\u597d \U0001f44b"}, {"role": "assistant", "content": "Hello."}], False),
    ([{"role": "user", "content": "One"}, {"role": "system", "content": "Two"}], False),
]


def smollm2_golden(directory):
    tokenizer = Tokenizer.from_file(f"{directory}/tokenizer.json")
    tokenizer.encode_special_tokens = True  # their text is plain text
    chat = AutoTokenizer.from_pretrained(directory)
    ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in TEXTS]
    conversations = []
    for messages, generation_prompt in CONVERSATIONS:
        text = chat.apply_chat_template(messages, add_generation_prompt=generation_prompt, tokenize=False)
        conversations.append({
            "messages": messages,
            "generation_prompt": generation_prompt,
            "ids": chat(text, add_special_tokens=False)["input_ids"],
        })
    decoded = [tokenizer.decode(i, skip_special_tokens=False) for i in ids]
    plain = [{"text": t, "ids": i, "decoded": d} for t, i, d in zip(TEXTS, ids, decoded)]
    return {"plain": plain, "conversations": conversations}


def train_tiny(pre_tokenizer):
    """A byte-level vocabulary of 331 tokens over this script's texts, with control and plain added tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=330, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    tokenizer.train_from_iterator(TEXTS, trainer)
    description = json.loads(tokenizer.to_str())
    description["model"]["vocab"]["\u0120jumps"] = 330  # no merge makes it: shows what `ignore_merges` does
    tokenizer = Tokenizer.from_str(json.dumps(description))
    tokenizer.add_tokens([AddedToken("    ", normalized=False), AddedToken("  ", normalized=False), "the quick"])
    return tokenizer


def tiny_golden():
    gpt2 = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    bytes_only = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    word_pattern = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"
                    r"\s*[\r\n]+|\s+(?!\S)|\s+")
    rules = {
        "gpt2": gpt2,
        "single digits": pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), gpt2]),
        "digit runs": pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=False), gpt2]),
        "split": pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(word_pattern), "isolated"), bytes_only]),
        "default": pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(r"[\p{P}\$\+<=>\^~\|]+"), "isolated"),
            pre_tokenizers.Split(
                Regex(r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)"), "isolated"),
            pre_tokenizers.Split(Regex(r"\p{N}+"), "isolated"),
            pre_tokenizers.Split(Regex("[0-9][0-9][0-9]"), "isolated"),
            bytes_only,
        ]),
        "whole": bytes_only,
    }
    base = json.loads(train_tiny(gpt2).to_str())
    result = {"tokenizer": base, "rules": []}
    for name, rule in rules.items():
        for ignore_merges in (False, True):
            description = {**base, "model": {**base["model"], "ignore_merges": ignore_merges}}
            tokenizer = Tokenizer.from_str(json.dumps(description))
            tokenizer.pre_tokenizer = rule
            tokenizer.encode_special_tokens = True
            result["rules"].append({
                "name": name,
                "ignore_merges": ignore_merges,
                "pre_tokenizer": json.loads(tokenizer.to_str())["pre_tokenizer"],
                "ids": [tokenizer.encode(text, add_special_tokens=False).ids for text in TEXTS],
            })
    return result


def write(name, value):
    (GOLDEN / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    write("smollm2_tokenizer.json", smollm2_golden(sys.argv[1]))
    write("tiny_bpe.json", tiny_golden())
