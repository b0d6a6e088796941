"""Writes tests/golden/selection.json: the whole selection, done plainly.

Words, shingles and Jaccard similarities by regular expressions and sets; embeddings, the draws of k-means++ and the rule
"best fraction of every cluster" by numpy; Lloyd iterations and inertias by scikit-learn. Data sets for k-means are formulas
of random.h's generator, so that only their results are stored. Needs numpy 2.4.6, scikit-learn 1.9.1 and xxhash 4.1.0:
    python scripts/golden/selection.py
"""

import collections
import json
import math
import pathlib
import re
import warnings
from fractions import Fraction

import numpy as np
import xxhash
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

warnings.simplefilter("ignore", ConvergenceWarning)
MASK = (1 << 64) - 1
GOLDEN_RATIO = np.uint64(0x9E3779B97F4A7C15)
DIMENSIONS, SEED, CLUSTERS, RESTARTS = 64, 3, 9, 4
FRACTIONS = ["0.2", "0.4", "0.6", "1.0"]


def hash64(text, seed=0):
    return xxhash.xxh3_64_intdigest(text if isinstance(text, bytes) else text.encode(), seed)


# random.h


def mix(value):
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def random_bits(seed, stream, index):
    seed, stream, index = (np.atleast_1d(np.asarray(x, dtype=np.uint64)) for x in (seed, stream, index))
    state = mix(seed + GOLDEN_RATIO)
    state = mix(state + stream + GOLDEN_RATIO)
    return mix(state + (index + np.uint64(1)) * GOLDEN_RATIO)


def random_unit(seed, stream, index):
    return (random_bits(seed, stream, index) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def random_below(seed, stream, index, bound):
    return int(random_bits(seed, stream, index)[0]) * bound >> 64


# Texts


def words_of(text):
    """For the ASCII and Latin-1 texts of this script."""
    return [m.group(0) if m.group(1) is None else m.group(1)
            for m in re.finditer(r"[a-z0-9à-öø-ÿ]+|([#$%&*+\-/<=>@\\^_|~])\1*", text.lower())]


def shingles_of(text, count):
    words = words_of(text)
    if len(words) <= count:
        return {" ".join(words)} if words else set()
    return {" ".join(words[i : i + count]) for i in range(len(words) - count + 1)}


def jaccard(a, b):
    return Fraction(len(a & b), len(a | b)) if a | b else Fraction(1)


def features_of(text):
    words = words_of(text)
    pairs = [f"{a} {b}" for a, b in zip(words, words[1:])]
    grams = [f" {w} "[i : i + n] for w in words for n in (3, 4) for i in range(len(w) + 2 - n + 1)]
    return (collections.Counter(hash64(w, 11) for w in words + pairs),
            collections.Counter(hash64(g, 12) for g in grams))


def embed(texts, word_share=0.5):
    features = [features_of(text) for text in texts]
    frequencies = collections.Counter(f >> 44 for blocks in features for block in blocks for f in block)
    rows = np.zeros((len(texts), DIMENSIONS))
    for row, blocks in zip(rows, features):
        for block, share in zip(blocks, (word_share, 1 - word_share)):
            vector = np.zeros(DIMENSIONS)
            for feature, count in block.items():
                idf = math.log((1 + len(texts)) / (1 + min(frequencies[feature >> 44], len(texts)))) + 1
                sign = 1 if feature & 1 else -1
                vector[(feature >> 32) * DIMENSIONS >> 32] += sign * (1 + math.log(count)) * idf
            length = np.linalg.norm(vector)
            row += share * vector / length if length else 0
        row /= np.linalg.norm(row) or 1
    return rows.astype(np.float32)


# k-means


def plus_plus(points, k, seed, restart):
    """Greedy k-means++ with the draws of kmeans_init.cpp, in float64."""
    x = points.astype(np.float64)
    trials = 2 + int(math.log(k))
    chosen = [random_below(seed, restart, 0, len(x))]
    nearest = ((x - x[chosen[0]]) ** 2).sum(1)
    for centre in range(1, k):
        cumulative = np.cumsum(nearest)
        targets = random_unit(seed, restart, [centre * 64 + t for t in range(trials)]) * cumulative[-1]
        drawn = np.searchsorted(cumulative, targets, side="right")
        options = [np.minimum(nearest, ((x - x[i]) ** 2).sum(1)) for i in drawn]
        best = min(range(trials), key=lambda t: options[t].sum())
        chosen.append(int(drawn[best]))
        nearest = options[best]
    return points[chosen]


def lloyd(points, centres):
    model = KMeans(len(centres), init=centres, n_init=1, algorithm="lloyd", tol=0, max_iter=1000)
    return model.fit(points.astype(np.float64))


def made_points(name, seed, n, d, k, spread):
    """The data sets of tests/selection/made_points.h."""
    i, j = np.arange(n, dtype=np.uint64)[:, None], np.arange(d, dtype=np.uint64)[None, :]
    index = i * np.uint64(d) + j
    group = i % np.uint64(k)
    centres = random_unit(seed, 1, group * np.uint64(d) + j) - 0.5
    noise = sum(random_unit(seed, 2 + t, index) - 0.5 for t in range(4))
    points = centres + spread * noise
    if name == "sparse":
        points = np.where(random_unit(seed, 9, index) < 0.9, 0.0, np.abs(points))
    return points.astype(np.float32)


MADE = [  # name, seed, points, dimensions, groups, spread, clusters
    ("apart", 1, 600, 8, 6, 0.05, 6),
    ("overlapping", 2, 900, 16, 12, 0.5, 12),
    ("fewer_than_groups", 3, 800, 24, 40, 0.2, 10),
    ("more_than_groups", 4, 800, 24, 10, 0.2, 30),
    ("no_groups", 5, 1000, 32, 1, 1.0, 20),
    ("sparse", 6, 1000, 48, 20, 0.3, 25),
    ("one_dimension", 7, 500, 1, 5, 0.1, 7),
]


def kmeans_cases():
    cases = []
    for name, seed, n, d, groups, spread, k in MADE:
        points = made_points(name, seed, n, d, groups, spread)
        inertias = [KMeans(k, n_init=10, algorithm="lloyd", random_state=r).fit(points.astype(np.float64)).inertia_
                    for r in range(10)]
        first = lloyd(points, points[:k])
        cases.append({
            "name": name, "seed": seed, "points": n, "dimensions": d, "groups": groups, "spread": spread, "clusters": k,
            "inertia_of_10_restarts": {"mean": float(np.mean(inertias)), "min": min(inertias), "max": max(inertias)},
            "from_first_points": {"inertia": first.inertia_, "labels": hash64(first.labels_.astype(np.int32).tobytes())},
        })
    return cases


# The whole

SUBJECTS = {
    "cooking": "soup bread oven garlic onion pasta sauce butter flour yeast pan recipe dinner salt",
    "travel": "train ticket hotel airport luggage visa island beach museum map flight hostel tour guide",
    "code": "loop function variable array compile pointer class bug test string integer stack queue thread",
    "work": "nurse engineer manager teacher salary contract interview shift meeting office colleague promotion",
    "garden": "tomato soil seed compost prune rose lawn water spade greenhouse weed hedge bulb bee",
    "money": "bank loan interest budget savings tax invoice pension mortgage credit debt share fund rent",
}
FRAMES = [
    "How do I {0} with {1} and {2}?", "Explain {0} to a beginner who knows {1}.", "What is better for {0}: {1} or {2}?",
    "Write three short tips about {0}, {1} and {2}.", "Why does my {0} always end up like {1}? Please be brief.",
    "I have 5 + {3} minutes for {0}; is {1} worth it, or rather {2}?",
]


def records():
    """Pairs about six subjects from three sources, the last without graded quality; no duplicates."""
    rows, seen, draw = [], set(), 0
    names = sorted(SUBJECTS)
    while len(rows) < 260:
        draw += 1
        vocabulary = SUBJECTS[names[random_below(21, draw, 0, len(names))]].split()
        picked = [vocabulary[random_below(21, draw, 1 + i, len(vocabulary))] for i in range(3)]
        frame = FRAMES[random_below(21, draw, 5, len(FRAMES))]
        prompt = frame.format(*picked, random_below(21, draw, 6, 90))
        if prompt in seen or len(set(picked)) < 3:
            continue
        seen.add(prompt)
        source = ("stars", "votes", "plain")[random_below(21, draw, 7, 3)]
        margin = (1 + random_below(21, draw, 8, 8)) / 2 if source != "plain" else 1.0
        rows.append({"prompt": prompt, "chosen": f"Answer {draw} about {picked[0]}.", "rejected": f"No idea {draw}.",
                     "margin": margin, "graded": source != "plain", "source": source})
    return rows


def content_hash(row, seed):
    value = seed
    for field in ("prompt", "chosen", "rejected", "source"):
        value = hash64(row[field], value)
    return value


def ceil_of(fraction, count):
    return math.ceil(Fraction(fraction) * count)


def best_of(rows, indices, fraction, by_quality):
    order = sorted(indices, key=lambda i: (-rows[i]["margin"] if by_quality else 0, content_hash(rows[i], SEED)))
    return order[: ceil_of(fraction, len(order))]


def groups_by(indices, key):
    groups = collections.defaultdict(list)
    for i in indices:
        groups[key(i)].append(i)
    return groups.values()


def selections(rows, labels):
    """Kept indices per strategy and fraction; ungraded rows compete among themselves."""
    every = range(len(rows))
    graded = [i for i in every if rows[i]["graded"]]
    plain = [i for i in every if not rows[i]["graded"]]
    result = {}
    for fraction in FRACTIONS:
        def keep(groups, by_quality):
            return [i for group in groups for i in best_of(rows, group, fraction, by_quality)]

        plain_clusters = keep(groups_by(plain, lambda i: labels[i]), False)
        kept = {
            "quality_diversity": keep(groups_by(graded, lambda i: labels[i]), True) + plain_clusters,
            "diversity_only": keep(groups_by(graded, lambda i: labels[i]), False) + plain_clusters,
            "random": keep(groups_by(every, lambda i: rows[i]["source"]), False),
        }
        for name, indices in kept.items():
            result.setdefault(name, {})[fraction] = sorted(indices)
        # Here the plain source is kept whole, so only graded rows are needed.
        result.setdefault("quality_only", {})[fraction] = sorted(
            keep(groups_by(graded, lambda i: rows[i]["source"]), True) + plain)
    return result


def whole():
    rows = records()
    order = sorted(range(len(rows)), key=lambda i: (hash64(rows[i]["prompt"], 1), hash64(rows[i]["prompt"], 2)))
    points = embed([rows[i]["prompt"] for i in order])
    runs = [lloyd(points, plus_plus(points, CLUSTERS, SEED, r)) for r in range(RESTARTS)]
    best = min(runs, key=lambda run: run.inertia_)
    labels = [0] * len(rows)
    for place, i in enumerate(order):
        labels[i] = int(best.labels_[place])
    return {
        "seed": SEED, "clusters": CLUSTERS, "restarts": RESTARTS, "dimensions": DIMENSIONS, "records": rows,
        "inertia": best.inertia_, "labels": labels,
        "embeddings": {str(order[place]): [round(float(v), 7) for v in points[place]] for place in (0, 100, 200)},
        "kept": selections(rows, labels),
    }


TEXT_PAIRS = [
    ("", ""), ("one", "one"), ("one", "two"), ("Hello, World!", "hello world"),
    ("What is 5 + 3 if x = 2?", "What is 5 - 3 if x = 2?"),
    ("the cat sat on the mat and the dog sat on the rug", "the cat sat on the mat and the dog lay on the rug"),
    ("a b c d e f g h i j k l m n o p", "a b c d e f g h i j k l m n o q"),
    ("Crème brûlée à la carte, s'il vous plaît - merci", "crème BRÛLÉE à la carte s il vous plaît - Merci beaucoup"),
    ("-----  ___ fill ___ here", "- _ fill _____ here"),
    ("one two three four five six", "one two three four"),
]


def text_cases():
    return [{"a": a, "b": b, "words": len(words_of(a)),
             "jaccard": {str(n): float(jaccard(shingles_of(a, n), shingles_of(b, n))) for n in (1, 2, 3, 5)}}
            for a, b in TEXT_PAIRS]


def main():
    golden = {"texts": text_cases(), "kmeans": kmeans_cases(), "whole": whole()}
    path = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "selection.json"
    path.write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n")
    sizes = np.bincount(golden["whole"]["labels"])
    print(f"{path.name}: {path.stat().st_size} bytes; clusters {sizes.tolist()}")


if __name__ == "__main__":
    main()
