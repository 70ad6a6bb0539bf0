"""The codes that the target learns.

    python encoding.py --work DIR        codes of all things and backdrops, for target.py and decoder.py

The encoder's code of a patch depends on the whole picture: an even background becomes a mixture of codes that look alike, and
nearly every code along a thing's edge is another one on another background. That is much to learn and hard to predict. So
a thing is encoded once, alone in the middle of gray, and a backdrop once: a patch without a thing gets the code
most frequent there over many pictures, or along its whole row where the backdrop is even. A picture's codes are those of
its things, placed on those of its backdrop. decoder.py teaches the decoder what they mean together.
"""

import argparse
import random
from itertools import product

import numpy as np
import torch
import torch.nn.functional as F

from workers import process
from captions import BACKGROUNDS, COLOURS, SHAPES, SIZES, TEXTURES, Scene, Thing, draw_scene
from layout import CODES, GRID, SIDE, TOKENS
from renderer import DIAMETERS, LATTICE, compose, draw
from train import save
from vq import latents_of, load_codec, nearest, to_tensor

SAMPLES = 96  # pictures of a backdrop
MARGIN = 3  # pixels around a thing that are its own
PART = 32  # pictures encoded at once


def near_things(covers):
    """Which patches [n, TOKENS] show a thing, or have one within the margin."""
    near = F.max_pool2d(torch.from_numpy(np.stack(covers))[:, None], 2 * MARGIN + 1, 1, MARGIN)
    return F.max_pool2d(near, SIDE // GRID).flatten(1) > 0


@torch.no_grad()
def raw_codes(codec, pictures):
    """What the codec itself says: codes [n, TOKENS]."""
    codes = []
    for start in range(0, len(pictures), PART):
        part = to_tensor(pictures[start:start + PART])
        with torch.autocast("cpu", torch.bfloat16):
            latents = latents_of(codec, part).permute(0, 2, 3, 1)
        codes.append(nearest(codec.quantize.embedding.weight, latents.flatten(0, 2)).view(len(part), TOKENS))
    return torch.cat(codes)


def most_frequent(codes, counted):
    """Of codes [n, places] where counted, for each place."""
    counts = torch.zeros(codes.shape[1], CODES)
    counts.scatter_add_(1, codes.t(), counted.t().float())
    return counts.argmax(1)


def backdrop_codes(codec, chance):
    found = {}
    for background in BACKGROUNDS:
        scenes = [Scene(s.kind, s.things, s.where, background) for s in (draw_scene(chance) for _ in range(SAMPLES))]
        composed = [compose(scene, chance.random()) for scene in scenes]
        pictures, covers = zip(*(draw(s.things, *c) for s, c in zip(scenes, composed)))
        codes, free = raw_codes(codec, pictures), ~near_things(covers)
        for key in {key for _, key in composed}:
            rows = [i for i, (_, k) in enumerate(composed) if k == key]
            grid = most_frequent(codes[rows], free[rows]).view(GRID, GRID)
            if background != "at night":
                columns = lambda x: x[rows].view(-1, GRID, GRID)[:, :, 1:-1].permute(0, 2, 1).reshape(-1, GRID)
                grid[:, 1:-1] = most_frequent(columns(codes), columns(free))[:, None]
            found[key] = grid
    return found


def thing_codes(codec):
    """By thing and diameter: which patches around its centre are its own, and their codes."""
    things = [(Thing(size, texture, colour, shape), diameter)
              for size, texture, colour, shape in product(SIZES, TEXTURES, COLOURS, SHAPES)
              if size != "small" or texture == "plain"
              for diameter in DIAMETERS[size]]
    drawn = [draw([thing], [(SIDE // 2, SIDE // 2, diameter)], ("on a gray background", True)) for thing, diameter in things]
    pictures, covers = zip(*drawn)
    shape = len(things), GRID, GRID
    return dict(zip(things, zip(near_things(covers).view(shape), raw_codes(codec, pictures).view(shape))))


class Encoding:
    def __init__(self, work):
        saved = torch.load(work / "codes.pt", weights_only=False)
        self.backdrops, self.things = saved["backdrops"], saved["things"]

    def codes(self, things, placed, key):
        """Codes [TOKENS] of what renderer.compose placed."""
        grid = F.pad(self.backdrops[key], (GRID,) * 4)
        for thing, (x, y, diameter) in zip(things, placed):
            own, codes = self.things[thing, diameter]
            left, top = x // LATTICE + GRID // 2, y // LATTICE + GRID // 2
            window = grid[top:top + GRID, left:left + GRID]
            window[own] = codes[own]
        return grid[GRID:2 * GRID, GRID:2 * GRID].flatten()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    process.add_work_option(parser)
    work = parser.parse_args().work
    torch.set_num_threads(1)
    codec = load_codec(work)
    save(work / "codes.pt", {"backdrops": backdrop_codes(codec, random.Random(1)), "things": thing_codes(codec)})


if __name__ == "__main__":
    main()
