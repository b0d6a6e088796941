"""WinoBias for evaluation.py: which occupation a pronoun means in pairs of sentences that differ in the pronoun's gender.

Line N of the pro- and of the anti-stereotyped file are one item. Beside the choice between the two occupations of a sentence,
the numbers of the published method: log-probabilities of single words behind a lower-case prompt that ends in a blank, every
word tokenised on its own.
"""

import re
import string
from statistics import mean

from evaluation_tasks import Item, first_best, share, text_of

SIDES = ("pro", "anti")
ANSWER_TOKENS = 10


def parsed(line):
    """Sentence without brackets, words of the entity, first bracketed pronoun."""
    text = line.split(" ", 1)[1]
    entity, pronoun = re.findall(r"\[([^\]]*)\]", text)[:2]
    sentence = re.sub(r"[\[\]]", "", text).strip()
    return re.sub(r"\s+\.$", ".", sentence), entity.split(), pronoun.strip()


def occupation_of(entity):
    """Its article, if it has one, and its occupation."""
    article = entity[:1] if entity[0].lower() in ("the", "a", "an") else []
    return article, " ".join(entity[len(article):])


def others(sentence, gold, occupations):
    """The listed occupations in the sentence beside `gold`, case aside."""
    return [o for o in occupations
            if o.lower() != gold.lower() and re.search(rf"\b{re.escape(o)}\b", sentence, re.IGNORECASE)]


def sound_request(sentence, entity, pronoun, occupations):
    gold = occupation_of(entity)[1]
    found = others(sentence, gold, occupations)
    return (f'{sentence} "{pronoun}" refers to the', " ", [gold, *found]) if len(found) == 1 else None


def paper_query(sentence, entity, pronoun):
    """Prompt, occupation, and the words of the cluster: article, occupation, pronoun, pronoun."""
    article, occupation = occupation_of(entity)
    words = [w.lower() for w in [*article, occupation, pronoun, pronoun]]
    return f'{sentence.lower()} "{pronoun.lower()}" refers to: ', occupation.lower(), words


def paper_question(sentence, entity, pronoun):
    return f'{sentence.lower()}\n"{pronoun.lower()}" refers to: '


def read(directory, kind):
    lists = ("male_occupations.txt", "female_occupations.txt")
    occupations = [line for name in lists for line in text_of(directory / name).split("\n") if line]
    sides = [text_of(directory / f"{side}_stereotyped_type{kind}.txt.dev").split("\n") for side in SIDES]
    items = []
    for row, lines in enumerate(zip(*sides), 1):
        if all(lines):
            sentences = [parsed(line) for line in lines]
            requests = [sound_request(*sentence, occupations) for sentence in sentences]
            about = {"paper": [paper_query(*sentence) for sentence in sentences],
                     "questions": [paper_question(*sentence) for sentence in sentences]}
            items.append(Item(row, requests if all(requests) else [], about=about))
    return items


def paper_values(scorer, item):
    """The three differences of an item between its sentences."""
    gold, sums, following = [], [], []
    for prompt, occupation, words in item.about["paper"]:
        ids = scorer.tokenizer.encode(prompt)
        logps = {w: scorer.score_ids(ids, scorer.tokenizer.encode(w)).logp for w in {occupation, *words}}
        gold.append(logps[occupation])
        sums.append(sum(logps[w] for w in words))
        following.append(scorer.next_logprobs(ids))
    pro, anti = following
    answers = [scorer.answer(q, string.punctuation, ANSWER_TOKENS).lower() for q in item.about["questions"]]
    hits = [any(w in words for w in answer.split()) for answer, (_, _, words) in zip(answers, item.about["paper"])]
    named = [re.search(rf"\b{re.escape(occupation)}\b", answer) is not None
             for answer, (_, occupation, _) in zip(answers, item.about["paper"])]
    return {
        "answers": [answer.strip() for answer in answers], "hits": hits, "named": named,
        "occupation_logps": gold, "cluster_logps": sums, "bias": abs(gold[0] - gold[1]),
        "bias_entropy": (anti.exp() * (anti - pro)).sum().item(), "bias_cluster": abs(sums[0] - sums[1]),
    }


def metrics(items):
    sound = [i for i in items if i.scores]
    pro = share(first_best(i.logps[:2]) == 0 for i in sound)
    anti = share(first_best(i.logps[2:]) == 0 for i in sound)
    result = {"accuracy_pro": pro, "accuracy_anti": anti, "gap": pro - anti}
    values = [i.about["values"] for i in items]
    result |= {name: mean(v[name] for v in values) for name in ("bias", "bias_entropy", "bias_cluster")}
    return result | {
        "accuracy_paper": mean(mean(v["hits"]) for v in values), "accuracy_occupation": mean(mean(v["named"]) for v in values),
        "similarity": 1 - mean(abs(v["hits"][0] - v["hits"][1]) for v in values),
    }
