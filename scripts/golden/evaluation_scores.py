"""Log-probabilities of continuations by transformers, one forward pass per continuation, for evaluation.py.

The rule: the text of a continuation is prompt + separator + continuation, tokenised as a whole. Those first tokens that the
prompt alone and all its continuations have in common are the prompt; the rest is scored.
"""

import os
from dataclasses import dataclass

import torch
from sentencepiece import SentencePieceProcessor
from transformers import AutoModelForCausalLM, AutoTokenizer


@dataclass
class Score:
    logp: float
    tokens: int
    greedy: bool  # every token is the likeliest one


class TooLong(Exception):
    """A sequence is longer than the model's context."""


class HuggingFaceTokenizer:
    def __init__(self, directory):
        self.tokenizer = AutoTokenizer.from_pretrained(directory)
        plain, full = self.encode("a"), self.tokenizer("a")["input_ids"]
        self.bos, self.eos = self.tokenizer.bos_token_id, self.tokenizer.eos_token_id
        self.front = [self.bos] if full == [self.bos] + plain else []

    def encode(self, text):
        return self.tokenizer(text, add_special_tokens=False)["input_ids"]


class SentencePieceTokenizer:
    """A bare `tokenizer.model`: BOS stands in front by default."""

    def __init__(self, path):
        self.tokenizer = SentencePieceProcessor(model_file=path)
        self.bos, self.eos = self.tokenizer.bos_id(), self.tokenizer.eos_id()
        self.front = [self.bos]

    def encode(self, text):
        return self.tokenizer.encode(text)


def common_prefix(sequences):
    length = 0
    while all(length < len(s) and s[length] == sequences[0][length] for s in sequences):
        length += 1
    return length


class Scorer:
    def __init__(self, directory, dtype=torch.float32):
        bare = not os.path.exists(os.path.join(directory, "tokenizer.json"))
        self.tokenizer = (
            SentencePieceTokenizer(os.path.join(directory, "tokenizer.model")) if bare else HuggingFaceTokenizer(directory))
        self.model = AutoModelForCausalLM.from_pretrained(directory, dtype=dtype, attn_implementation="eager").eval()
        self.context = self.model.config.max_position_embeddings

    def split(self, prompt, separator, continuations):
        """The tokens of every continuation's text, and how many of them are the shared prompt."""
        texts = [self.tokenizer.encode(prompt + separator + c) for c in continuations]
        shared = common_prefix([self.tokenizer.encode(prompt)] + texts)
        return texts, min(shared, min(len(ids) for ids in texts) - 1)

    def before(self, ids):
        """`ids` with what stands in front of them: never nothing."""
        whole = self.tokenizer.front + ids
        return whole or [self.tokenizer.eos if self.tokenizer.bos is None else self.tokenizer.bos]

    def logits(self, tokens, last):
        """Logits [last, vocabulary] behind the last tokens, in float64 from here on."""
        with torch.no_grad():
            return self.model(torch.tensor([tokens]), logits_to_keep=last).logits[0].double()

    def score_ids(self, prompt, rest):
        """Score of the tokens `rest` behind the tokens `prompt`."""
        before = self.before(prompt)
        if len(before) + len(rest) > self.context:
            raise TooLong
        logits = self.logits(before + rest[:-1], len(rest))
        wanted = torch.tensor(rest)[:, None]
        logps = torch.log_softmax(logits, dim=-1).gather(1, wanted)
        greedy = bool((logits.argmax(-1) == wanted[:, 0]).all())
        return Score(logps.sum().item(), len(rest), greedy)

    def score(self, prompt, separator, continuations):
        texts, shared = self.split(prompt, separator, continuations)
        if max(len(self.before(ids[:shared]) + ids[shared:]) for ids in texts) > self.context:
            raise TooLong
        return [self.score_ids(ids[:shared], ids[shared:]) for ids in texts]

    def answer(self, prompt, stop, limit):
        """The greedy continuation of the text `prompt`: at most `limit` tokens, cut in front of the first of the characters `stop`."""
        ids, new = self.before(self.tokenizer.encode(prompt)), []
        while len(new) < limit:
            token = self.logits(ids + new, 1)[0].argmax().item()
            if token == self.tokenizer.eos:
                break
            new.append(token)
            text = self.tokenizer.tokenizer.decode(new)
            cut = [i for i, c in enumerate(text) if c in stop]
            if cut:
                return text[: cut[0]]
        return self.tokenizer.tokenizer.decode(new)

    def next_logprobs(self, prompt):
        """Log-probabilities [vocabulary] of what follows the tokens `prompt`."""
        return torch.log_softmax(self.logits(self.before(prompt), 1)[0], dim=-1)
