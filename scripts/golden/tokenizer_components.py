"""Writes tests/golden/tokenizer_components.json: tokenizer.json files made here that exercise each component, and what the
`tokenizers` package makes of texts with them; and tests/golden/tokenizer_patterns.json: the words that published split
patterns make of texts.

Each case has the ids of `plain` texts (special tokens removed from the vocabulary: their names are plain text), and of the
`special` texts, in which the names of special tokens are those tokens; decoded texts; and byte ranges where the library's
offsets say what came from what.

Pinned: tokenizers 0.23.3, sentencepiece 0.2.3, tiktoken 0.14.0, protobuf 7.36.2. Run from the repository root:
    python scripts/golden/tokenizer_components.py
"""

import base64
import io
import json
import pathlib

import sentencepiece
import tiktoken
from sentencepiece import sentencepiece_model_pb2 as model_proto
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

GOLDEN = pathlib.Path("tests/golden")

CORPUS = [
    "the river runs past the old mill and the new bridge",
    "she sells sea shells; he said that she sells them cheaply",
    "counting: one, two, three, four, five, six, seven, eight, nine, ten",
    "in 1999 there were 365 days, in 2000 there were 366",
    "na\u00efve caf\u00e9 d\u00e9j\u00e0 vu, stra\u00dfe und f\u00fc\u00dfe, ma\u00f1ana",
    "\u043f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440, \u043a\u0430\u043a \u0434\u0435\u043b\u0430",
    "\u4eca\u5929\u5929\u6c14\u5f88\u597d, \u6771\u4eac\u306f\u4eca\u65e5\u3082\u6674\u308c",
    "def add(a, b):\n    return a + b\n\nprint(add(1, 2))\n",
    "a  double  space and   a triple one, and\ttabs",
    "He SHOUTED: DON'T! We'll see, I'm sure they've gone.",
] * 3

TEXTS = [
    "",
    "a",
    " ",
    "   ",
    "\n",
    " \n\t x",
    "the river",
    " the  river   ",
    "The River's END, isn't it? They'LL see.",
    "she sells 1234567 shells in 1999",
    "na\u00efve caf\u00e9 nai\u0308ve cafe\u0301 \u00c5ngstro\u0308m \u212b",
    "\ufb01ne \uff21\uff22\uff23 \u2460 \u00bd x\u00b2 \u2167 \uff76\uff9e \u1100\u1161\u11a8 \uac01",
    "\u043f\u0440\u0438\u0432\u0435\u0442 \u041c\u0418\u0420",
    "\u4eca\u5929 \u6771\u4eac\u306f\u6674\u308c\u3002",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35 \u0915\u094d\u0937\u093f \u05e9\u05dc\u05d5\u05dd",
    "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f \U0001f1eb\U0001f1f7",
    "\u2581under\u2581score _ __",
    "line\r\nbreaks\rand\u2028more\u0085",
    "\u00a0no\u00a0break\u3000wide\u200bzero",
    "\u0130stanbul \u0391\u03a3 \u1e9e \u01c5",
    "a.b,c;d!e?f (g) [h] {i} \u00abj\u00bb \u201ck\u201d $5 +6 <7> ^~|`",
    "zzz \x00\x01\x7f \ufffd \U0010ffff",
    "e\u0323\u0307 e\u0307\u0323 \u1e69 s\u0323\u0307 \u0344",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "=" * 70 + "-" * 3 + "def add(a, b):\n    return a+b\n",
]

SPECIAL_TEXTS = [
    "<s>the river</s>",
    "<s> the river </s>  she sells",
    "she<s>sells",
    "</s>",
    "<s></s><s>",
    "a </s><pad>  shells<unk>",
    "x<pad>y <pad> z",
    "Caf\u00e9 WORD caf\u00e9 aword wordb \u0301word word.",
    "<S>the <s",
    "tail  <mask>  end<mask>",
]


def byte_ranges(text, offsets):
    """Character offsets as byte offsets: begin, end, begin, end, ..."""
    ends = [0]
    for character in text:
        ends.append(ends[-1] + len(character.encode()))
    return [ends[place] for offset in offsets for place in offset]


def without_special(description):
    """The same vocabulary; special tokens keep their ids but no text is them."""
    changed = json.loads(json.dumps(description))
    special = {token["content"]: token for token in changed["added_tokens"] if token["special"]}
    changed["added_tokens"] = [token for token in changed["added_tokens"] if not token["special"]]
    model = changed["model"]
    hidden = lambda name: f"\U000f0000{name}" if name in special else name
    if model["type"] == "Unigram":
        model["vocab"] = [[hidden(name), score] for name, score in model["vocab"]]
    else:
        model["vocab"] = {hidden(name): id for name, id in model["vocab"].items()}
        if model.get("unk_token"):
            model["unk_token"] = hidden(model["unk_token"])
    # A token behind the model's vocabulary would move up: keep its place with one that no text is.
    names = [name for name, _ in model["vocab"]] if model["type"] == "Unigram" else model["vocab"]
    for token in special.values():
        if hidden(token["content"]) not in names:
            changed["added_tokens"].append({**token, "content": f"\U000f0001{token['content']}"})
    changed["added_tokens"].sort(key=lambda token: token["id"])
    return Tokenizer.from_str(json.dumps(changed))


def case(name, tokenizer, texts=TEXTS, special_texts=SPECIAL_TEXTS, spans=True):
    description = json.loads(tokenizer.to_str())
    plain_tokenizer = without_special(description)
    plain = [plain_tokenizer.encode(text, add_special_tokens=False) for text in texts]
    special = [tokenizer.encode(text, add_special_tokens=False) for text in special_texts]
    for key in ("truncation", "padding"):
        description.pop(key)
    entry = {
        "name": name,
        **({} if texts is TEXTS and special_texts is SPECIAL_TEXTS else {"texts": texts, "special_texts": special_texts}),
        "tokenizer": description,
        "plain": [encoding.ids for encoding in plain],
        "decoded": [tokenizer.decode(encoding.ids, skip_special_tokens=False) for encoding in plain],
        "special": [encoding.ids for encoding in special],
        "special_decoded": [tokenizer.decode(encoding.ids, skip_special_tokens=False) for encoding in special],
    }
    if spans:
        entry["spans"] = [byte_ranges(text, e.offsets) for text, e in zip(texts, plain)]
        entry["special_spans"] = [byte_ranges(text, e.offsets) for text, e in zip(special_texts, special)]
    return entry


def added(tokenizer):
    tokenizer.add_special_tokens([
        AddedToken("<s>", normalized=False), AddedToken("</s>", normalized=False, rstrip=True),
        AddedToken("<pad>", normalized=False, lstrip=True, rstrip=True), AddedToken("<mask>", normalized=True, lstrip=True)
    ])
    tokenizer.add_tokens([
        AddedToken("word", single_word=True), AddedToken("Caf\u00e9", normalized=True), AddedToken("  ", normalized=False)
    ])
    return tokenizer


def bpe(vocabulary_size=150, byte_level=False, **settings):
    """A small BPE vocabulary over CORPUS, whose pieces are words with their space."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False) if byte_level else pre_tokenizers.Metaspace()
    alphabet = pre_tokenizers.ByteLevel.alphabet() if byte_level else []
    special = ["<unk>"]
    trainer = trainers.BpeTrainer(vocab_size=vocabulary_size + len(alphabet), show_progress=False, special_tokens=special,
                                  initial_alphabet=alphabet, limit_alphabet=1000 if byte_level else 60)
    tokenizer.train_from_iterator(CORPUS, trainer)
    description = json.loads(tokenizer.to_str())
    description["model"].update(settings)
    return description


def with_bytes(description):
    """Adds the tokens <0x00> to <0xFF>."""
    vocab = description["model"]["vocab"]
    for byte in range(256):
        name = f"<0x{byte:02X}>"
        if isinstance(vocab, list):
            vocab.append([name, -50.0])
        else:
            vocab.setdefault(name, len(vocab))
    return description


def build(description, normalizer=None, pre_tokenizer=None, decoder=None, processor=None):
    tokenizer = Tokenizer.from_str(json.dumps(description))
    tokenizer.normalizer = normalizer or normalizers.Sequence([])
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    else:
        description = json.loads(tokenizer.to_str())
        description["pre_tokenizer"] = None
        tokenizer = Tokenizer.from_str(json.dumps(description))
    if decoder:
        tokenizer.decoder = decoder
    if processor:
        tokenizer.post_processor = processor
    return added(tokenizer)


def bpe_cases():
    n, p, d = normalizers, pre_tokenizers, decoders
    llama = n.Sequence([n.Prepend("\u2581"), n.Replace(" ", "\u2581")])
    llama_decoder = d.Sequence([d.Replace("\u2581", " "), d.ByteFallback(), d.Fuse(), d.Strip(" ", 1, 0)])
    small = bpe()
    fallback = with_bytes(bpe(byte_fallback=True, fuse_unk=True))
    level = bpe(byte_level=True)
    bytes_only = p.ByteLevel(add_prefix_space=False, use_regex=False)
    split = lambda pattern, behavior, invert=False: p.Sequence([p.Split(pattern, behavior, invert), p.Metaspace()])

    yield case("Llama 2: Prepend and Replace, byte fallback", build(fallback, llama, None, llama_decoder), spans=False)
    yield case("Metaspace always", build(small, None, p.Metaspace(), d.Metaspace()))
    yield case("Metaspace first, whole", build(
        fallback, None, p.Metaspace(prepend_scheme="first", split=False), d.Metaspace(prepend_scheme="first")))
    yield case("Metaspace never, other sign", build(
        small, None, p.Metaspace("_", "never"), d.Sequence([d.Metaspace("_", "never"), d.Fuse()])))
    yield case("Metaspace first behind Strip", build(
        small, n.Strip(), p.Metaspace(prepend_scheme="first"), d.Metaspace(prepend_scheme="first")))
    yield case("Metaspace first behind a Replace that moves", build(
        small, n.Sequence([n.Replace(Regex(r"\s+"), " "), n.Lowercase()]),
        p.Sequence([p.WhitespaceSplit(), p.Metaspace(prepend_scheme="first")]), d.Metaspace()), spans=False)
    yield case("no decoder, unknown fused", build(bpe(fuse_unk=True), None, p.WhitespaceSplit()))
    yield case("unknown not fused", build(small, None, p.Whitespace()))
    no_unk = bpe()
    no_unk["model"]["unk_token"] = None
    yield case("no unknown token", build(no_unk, None, p.Whitespace()), spans=False)
    partial = bpe(byte_fallback=True)
    for byte in range(0xd0, 0xe5):
        partial["model"]["vocab"][f"<0x{byte:02X}>"] = len(partial["model"]["vocab"])
    for byte in range(0x80, 0xc0):
        partial["model"]["vocab"][f"<0x{byte:02X}>"] = len(partial["model"]["vocab"])
    # Its offsets are wrong: the library puts the bytes before unknown characters that stand before them.
    yield case("byte fallback with few bytes", build(
        partial, None, p.Metaspace(), d.Sequence([d.ByteFallback(), d.Fuse()])), spans=False)
    strings = json.loads(json.dumps(small))
    strings["model"]["merges"] = [" ".join(merge) for merge in strings["model"]["merges"]]
    entry = case("merges as texts", build(strings, None, p.Metaspace(), d.Metaspace()))
    entry["tokenizer"]["model"]["merges"] = strings["model"]["merges"]
    yield entry

    for name, form in (("NFC", n.NFC()), ("NFD", n.NFD()), ("NFKC", n.NFKC()), ("NFKD", n.NFKD())):
        yield case(name, build(level, form, p.ByteLevel(add_prefix_space=False), d.ByteLevel()), spans=False)
    yield case("Lowercase, Strip left", build(
        level, n.Sequence([n.Lowercase(), n.Strip(left=True, right=False)]), p.ByteLevel(add_prefix_space=True),
        d.ByteLevel()), spans=False)
    yield case("Replace by pattern", build(
        level, n.Sequence([n.Replace(Regex(r"[0-9]+"), "#"), n.Replace("ea", "EA"), n.Replace("zz", "")]),
        p.ByteLevel(add_prefix_space=False), d.ByteLevel()), spans=False)
    yield case("ByteLevel", build(level, None, p.ByteLevel(add_prefix_space=False), d.ByteLevel(),
                                  processors.ByteLevel(trim_offsets=False)))
    yield case("ByteLevel with a prefix", build(
        level, None, p.ByteLevel(add_prefix_space=True), d.ByteLevel(),
        processors.TemplateProcessing("<s> $A </s>", special_tokens=[("<s>", 407), ("</s>", 408)])))
    yield case("ignore merges", build(bpe(byte_level=True, ignore_merges=True), None, p.Sequence(
        [p.Digits(individual_digits=True), p.ByteLevel(add_prefix_space=False)]), d.ByteLevel()))
    yield case("Digits together", build(
        level, None, p.Sequence([p.Digits(individual_digits=False), bytes_only]), d.ByteLevel()))
    yield case("Punctuation", build(level, None, p.Sequence([p.Punctuation(), bytes_only]), d.ByteLevel()))
    yield case("Punctuation contiguous", build(
        level, None, p.Sequence([p.Punctuation("contiguous"), p.Whitespace(), bytes_only]), d.ByteLevel()))
    few = bpe(byte_level=True)
    few["model"]["vocab"] = {k: v for k, v in few["model"]["vocab"].items() if k not in ("\u00f0", "\u00d0", "\u0141")}
    ids = {name: i for i, name in enumerate(sorted(few["model"]["vocab"], key=few["model"]["vocab"].get))}
    few["model"]["vocab"] = ids
    few["model"]["merges"] = [m for m in few["model"]["merges"] if m[0] in ids and m[1] in ids and m[0] + m[1] in ids]
    yield case("ByteLevel without some bytes", build(few, None, p.ByteLevel(add_prefix_space=False), d.ByteLevel()))

    for behavior in ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"):
        yield case(f"Split {behavior}", build(small, None, split(Regex("[se ]"), behavior), d.Metaspace()))
        yield case(f"Split {behavior} inverted", build(small, None, split(Regex("[a-r]+"), behavior, True), d.Metaspace()))
    yield case("Split by a text", build(small, None, split("e", "merged_with_next"), d.Metaspace()))
    yield case("Gemma: Replace and Split", build(
        fallback, n.Replace(" ", "\u2581"), p.Split(" ", "merged_with_previous"),
        d.Sequence([d.Replace("\u2581", " "), d.ByteFallback(), d.Fuse()])))
    yield case("decoders: patterns and ends", build(small, None, p.Metaspace(), d.Sequence(
        [d.Replace(Regex("[sS]+"), "$"), d.Strip("$", 0, 1), d.Metaspace(prepend_scheme="never")])), spans=False)

    affixes = Tokenizer(models.BPE(unk_token="<unk>", continuing_subword_prefix="##", end_of_word_suffix="</w>"))
    affixes.pre_tokenizer = p.Whitespace()
    affixes.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=200, show_progress=False, special_tokens=["<unk>"], continuing_subword_prefix="##",
        end_of_word_suffix="</w>"))
    yield case("prefix and suffix of subwords", added(affixes))


def charsmap():
    """A normalisation table: SentencePiece's nmt_nfkc with rules of our own, so that it is small."""
    rules = pathlib.Path("/tmp/braid_rules.tsv")
    lines = ["41\t61", "42\t62", "E9\t65", "65 301\t65", "FB01\t66 69", "FF21\t61", "3000\t20", "A0\t20", "D A\t20", "D\t20",
             "9\t20", "200B\t", "1F600\t3A 29", "BD\t31 2F 32", "130\t69 307", "915 94D\t6B", "2460\t31"]
    rules.write_text("\n".join(lines) + "\n")
    stream = io.BytesIO()
    sentencepiece.SentencePieceTrainer.Train(
        sentence_iterator=iter(CORPUS), model_writer=stream, vocab_size=140, model_type="unigram",
        normalization_rule_tsv=str(rules), hard_vocab_limit=False, minloglevel=2, character_coverage=1.0)
    proto = model_proto.ModelProto()
    proto.ParseFromString(stream.getvalue())
    rules.unlink()
    return proto


def unigram_cases():
    n, p, d = normalizers, pre_tokenizers, decoders
    proto = charsmap()
    table = n.Precompiled(proto.normalizer_spec.precompiled_charsmap)
    vocab = [(piece.piece, piece.score) for piece in proto.pieces]
    unk = next(i for i, piece in enumerate(proto.pieces) if piece.type == 2)

    def tokenizer(vocab, byte_fallback=False, normalizer=None, pre_tokenizer=None, decoder=None):
        made = Tokenizer(models.Unigram(vocab, unk, byte_fallback))
        made.normalizer = normalizer or n.Sequence([])
        made.pre_tokenizer = pre_tokenizer or p.Metaspace()
        made.decoder = decoder or d.Metaspace()
        return added(made)

    yield case("Unigram", tokenizer(vocab))
    t5 = n.Sequence([table, n.Strip(left=False, right=True), n.Replace(Regex(" {2,}"), "\u2581")])
    yield case("T5: Precompiled", tokenizer(vocab, False, t5), spans=False)
    yield case("Precompiled, ALBERT-like", tokenizer(
        vocab, False, n.Sequence([n.Replace("``", '"'), n.NFKD(), n.Lowercase(), table]),
        p.Sequence([p.WhitespaceSplit(), p.Metaspace()])), special_texts=[
            # Lower case makes <S> the piece <s>, which is a control token: braid never lets the model make one.
            text for text in SPECIAL_TEXTS if "<S>" not in text], spans=False)
    with_all = vocab + [(f"<0x{byte:02X}>", -50.0 + byte / 7) for byte in range(256)]
    yield case("Unigram with byte fallback", tokenizer(
        with_all, True, None, p.Metaspace(prepend_scheme="first", split=False),
        d.Sequence([d.ByteFallback(), d.Metaspace(prepend_scheme="first")])))
    ties = [("<unk>", 0.0)] + [(c, -1.0) for c in "\u2581abcdexyz"] + [
        ("ab", -2.0), ("bc", -2.0), ("abc", -3.0), ("cd", -1.5), ("\u2581a", -2.0), ("de", -3.5), ("xx", -40.0), ("qq", -60.0)]
    made = Tokenizer(models.Unigram(ties, 0, False))
    made.pre_tokenizer, made.decoder = p.Metaspace(), d.Metaspace()
    texts = ["abc", "aabbccdde", "abcabcabc xyzzy", "qq qqq xx", "abq cdq", "de cde", "\u00e9\u00e8 a\u00e9b"]
    yield case("Unigram: equal sums", made, texts, ["<unk>", "a<unk>b"])


def small_tiktoken():
    """A rank file, and what tiktoken makes of texts with it."""
    description = bpe(byte_level=True, vocabulary_size=200)
    characters = {}
    for token in Tokenizer.from_str(json.dumps(description)).get_vocab():
        if token != "<unk>":
            characters[token] = description["model"]["vocab"][token]
    alphabet = {}
    taken = [b for r in (range(0x21, 0x7f), range(0xa1, 0xad), range(0xae, 0x100)) for b in r]
    for byte in range(256):
        alphabet[chr(byte) if byte in taken else chr(256 + sum(1 for b in range(byte) if b not in taken))] = byte
    tokens = sorted((bytes(alphabet[c] for c in token) for token in characters), key=lambda t: (len(t) > 1, len(t), t))
    ranks = {token: rank for rank, token in enumerate(tokens)}
    pattern = r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"""
    encoding = tiktoken.Encoding("small", pat_str=pattern, mergeable_ranks=ranks,
                                 special_tokens={"<|end|>": len(ranks), "<|turn|>": len(ranks) + 1})
    lines = "".join(f"{base64.b64encode(token).decode()} {rank}\n" for token, rank in ranks.items())
    special_texts = ["<|turn|>the river<|end|>", "a<|end|> <|end"]
    return {
        "ranks": lines,
        "pattern": pattern,
        "special_tokens": ["<|end|>", "<|turn|>"],
        "plain": [encoding.encode_ordinary(text) for text in TEXTS],
        "special_texts": special_texts,
        "special": [encoding.encode(text, allowed_special="all") for text in special_texts],
    }


PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "cl100k": r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+""",
    "llama3": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "qwen2": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "o200k": "|".join([
        r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
        r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
        r"""\p{N}{1,3}""", r""" ?[^\s\p{L}\p{N}]+[\r\n/]*""", r"""\s*[\r\n]+""", r"""\s+(?!\S)""", r"""\s+"""]),
    "tekken": "|".join([
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*",
        r"\p{N}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"]),
    "deepseek v3 words": "|".join([
        r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+", r"[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+",
        r" ?[\p{P}\p{S}]+[\r\n]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"]),
    "deepseek v3 cjk": "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+",
    "deepseek coder letters": r"\s?\p{L}+",
    "deepseek coder cjk": "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+",
    "falcon digits": "[0-9][0-9][0-9]",
    "starcoder2 digits": r"\d",
    "bloom": " ?[^(\\s|[.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c])]+",
    "word": r"\w+|[^\w\s]+",
    "word edges": r"\b\w",
    "hex and code points": r"\h+|[\u0410-\u044f]+|\u4eca",
    "lines": r"^.|.$",
}


def pattern_golden():
    texts = TEXTS + SPECIAL_TEXTS + [
        "I'M you'RE he'S it's We'lL 'tis 'S'T \u2019s '\u017f",
        "camelCaseWord HTTPServer parseURL2 ALLCAPS \u01c5\u02b0\u00aa",
        "12345 1,234.56 \u0663\u0664 \u00bd\u2460 7\u20e3",
        "/* path/to/file */ // --> \n\n\n end  \n  \t\r\n",
        "dead BEEF 0x1F \u4eca\u65e5 \u0434\u0430 \uac00\ub098 \u3042\u30a2\u30fc",
    ]
    words = {}
    for name, pattern in PATTERNS.items():
        split = pre_tokenizers.Split(Regex(pattern), "isolated")
        words[name] = {"pattern": pattern, "words": [[w for w, _ in split.pre_tokenize_str(text)] for text in texts]}
    return {"texts": texts, "patterns": words}


def write(name, value):
    path = GOLDEN / name
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(path, path.stat().st_size)


def main():
    cases = [*bpe_cases(), *unigram_cases()]
    known = []  # many cases share a model
    for entry in cases:
        model = entry["tokenizer"]["model"]
        if model not in known:
            known.append(model)
        entry["tokenizer"]["model"] = known.index(model)
    write("tokenizer_components.json", {
        "texts": TEXTS, "special_texts": SPECIAL_TEXTS, "models": known, "cases": cases, "tiktoken": small_tiktoken()
    })
    write("tokenizer_patterns.json", pattern_golden())


if __name__ == "__main__":
    main()
