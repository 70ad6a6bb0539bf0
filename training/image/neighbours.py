"""The table of neighbours: which code stood most often beside such codes. The service's windows begin with its guesses.

    python neighbours.py --work DIR [--out FOLDER]        into models/image

A template names places before a code, as (columns to the right, rows down). For every filling of a template that the pictures show often
enough, the code that followed most often is kept, unless a shorter template says the same; -1 stands for what lies outside.
"""

import argparse
import random
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from workers import process
from captions import draw_scene, held_out_scenes
from encoding import Encoding
from layout import GRID
from renderer import compose

W, N, NW, NE, WW, NN = (-1, 0), (0, -1), (-1, -1), (1, -1), (-2, 0), (0, -2)
TEMPLATES = ((W, N, NW, NE, WW, NN), (W, N, NE), (W, N))  # the longest first
OUTSIDE = -1
FOLDER = Path(__file__).parents[2] / "models" / "image"
FILE = "neighbours.safetensors"


def pictures_of(encoding, scenes, chance):
    """Codes [n, GRID, GRID]."""
    return np.stack([encoding.codes(scene.things, *compose(scene, chance.random())).numpy().reshape(GRID, GRID)
                     for scene in scenes]).astype(np.int16)


def fillings(pictures, template):
    """What stands at the template's places of every code [n * GRID * GRID, places]."""
    reach = 2
    padded = np.pad(pictures, ((0, 0), (reach, 0), (reach, reach)), constant_values=OUTSIDE)
    columns = [padded[:, reach + dy:reach + dy + GRID, reach + dx:reach + dx + GRID] for dx, dy in template]
    return np.stack(columns, -1).reshape(-1, len(template))


def hashes(contexts):
    factors = np.random.default_rng(len(contexts[0])).integers(1, 2 ** 62, contexts.shape[1]) | 1
    with np.errstate(over="ignore"):
        return ((contexts.astype(np.int64) + 2) * factors).sum(1)


def most_frequent(contexts, codes, least):
    """The contexts seen at least so often, each once, the code that followed most often, and in how many of 255 cases."""
    keys = hashes(contexts)
    order = np.lexsort((codes, keys))
    keys, codes = keys[order], codes[order]
    begins = np.flatnonzero(np.r_[True, (keys[1:] != keys[:-1]) | (codes[1:] != codes[:-1])])
    counts = np.diff(np.r_[begins, len(keys)])
    ranked = np.lexsort((counts, keys[begins]))  # within a context the most frequent code comes last
    last = np.flatnonzero(np.r_[keys[begins][ranked][1:] != keys[begins][ranked][:-1], True])
    totals = np.add.reduceat(counts[ranked], np.r_[0, last[:-1] + 1])
    kept = begins[ranked[last[totals >= least]]]
    shares = counts[ranked[last]] * 255 // (totals + 1)
    return contexts[order[kept]], codes[kept], shares[totals >= least].astype(np.int16)


class Table:
    def __init__(self, pictures, least):
        self.parts = []  # the longest template first
        codes = pictures.reshape(-1)
        for template in reversed(TEMPLATES):
            contexts, best, shares = most_frequent(fillings(pictures, template), codes, least)
            known, said = self.guess(lambda place: contexts[:, template.index(place)], len(best))
            new = ~known | (said != best)
            self.parts.insert(0, (template, contexts[new], best[new], shares[new]))

    def guess(self, column, count):
        """From the codes [count] at each place, by the longest template that knows them: which are known, and what comes then."""
        known, said = np.zeros(count, bool), np.zeros(count, np.int16)
        for template, contexts, best, _ in self.parts:
            asked = hashes(np.stack([column(place) for place in template], -1))
            keys = hashes(contexts)
            order = np.argsort(keys)
            found = order[np.searchsorted(keys[order], asked).clip(max=len(keys) - 1)]
            hit = ~known & (keys[found] == asked)
            said[hit] = best[found[hit]]
            known |= hit
        return known, said

    def tensors(self):
        for i, (template, contexts, best, shares) in enumerate(self.parts):
            yield f"places.{i}", np.array(template, np.int16)
            yield f"contexts.{i}", contexts
            yield f"codes.{i}", best
            yield f"shares.{i}", shares


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    process.add_work_option(parser)
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--pictures", type=int, default=40000)
    parser.add_argument("--least", type=int, default=2, help="pictures must show a filling at least so often")
    options = parser.parse_args()
    encoding, chance = Encoding(options.work), random.Random(1)
    pictures = pictures_of(encoding, (draw_scene(chance) for _ in range(options.pictures)), chance)
    table = Table(pictures, options.least)
    save_file(dict(table.tensors()), options.out / FILE)
    (options.out / FILE).chmod(0o644)

    held_out = pictures_of(encoding, held_out_scenes(), chance)
    columns = {place: fillings(held_out, (place,))[:, 0] for place in TEMPLATES[0]}
    known, said = table.guess(columns.get, held_out.size)
    right = (known & (said == held_out.reshape(-1))).reshape(len(held_out), -1)
    passes = sum(windowed(row, 16) for row in right)
    print(f"{sum(len(best) for _, _, best, _ in table.parts)} entries; of held-out codes {known.mean():.4f} known, {right.mean():.4f} right; "
          f"windows of 16, always begun anew: {right.size / passes:.2f} codes a pass")


def windowed(right, length):
    """Passes for a picture whose codes are guessed right or wrong."""
    passes = at = 0
    while at < len(right):
        wrong = np.flatnonzero(~right[at:at + length])
        at += (wrong[0] if len(wrong) else length) + 1
        passes += 1
    return passes


if __name__ == "__main__":
    main()
