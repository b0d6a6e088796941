"""Scores of evaluation_scores.py with the prompt as a user's turn in a chat template, for a bare `tokenizer.model`.

The template is rendered by transformers with the generation prompt; a continuation stands right behind it. Names of control
tokens become these tokens, and every stretch between them is tokenised on its own, as by transformers' Llama tokenizer.
"""

import re

from evaluation_scores import Scorer, common_prefix
from transformers.utils.chat_template_utils import render_jinja_template


class ChatScorer(Scorer):
    def __init__(self, directory, template):
        super().__init__(directory)
        self.template = template.read_text(encoding="utf-8")
        pieces = self.tokenizer.tokenizer
        self.control = {pieces.id_to_piece(i): i for i in (self.tokenizer.bos, self.tokenizer.eos)}
        self.bos_token, self.eos_token = self.control

    def render(self, prompt):
        assert not any(name in prompt for name in self.control)
        rendered, _ = render_jinja_template(
            [[{"role": "user", "content": prompt}]], chat_template=self.template, add_generation_prompt=True,
            bos_token=self.bos_token, eos_token=self.eos_token)
        return rendered[0]

    def encode(self, text):
        stretches = re.split("(" + "|".join(map(re.escape, self.control)) + ")", text)
        return [i for s in stretches if s for i in ([self.control[s]] if s in self.control else self.tokenizer.encode(s))]

    def split(self, prompt, separator, continuations):
        rendered = self.render(prompt)
        texts = [self.encode(rendered + c) for c in continuations]
        shared = common_prefix([self.encode(rendered)] + texts)
        return texts, min(shared, min(len(ids) for ids in texts) - 1)

    def before(self, ids):
        """The template writes what stands in front."""
        return ids
