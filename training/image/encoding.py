"""From pictures to the codes that the target learns.

The encoder's code of a patch depends a little on the whole picture, so that an even background is a mixture of codes that look
alike, as random to the target as any. Patches without a thing therefore get the code that is most frequent at their place on
that background, over a whole row where the background is even along it: the decoder makes the same picture of it.
"""

import numpy as np
import torch
import torch.nn.functional as F

from captions import BACKGROUNDS, Scene, draw_scene
from layout import CODES, GRID, SIDE, TOKENS
from renderer import draw
from vq import latents_of, nearest, to_tensor

SAMPLES = 64  # pictures of a background
MARGIN = 3  # pixels around a thing


def most_frequent(codes, bare):
    """Of codes [n, places] where bare, for each place."""
    counts = torch.zeros(codes.shape[1], CODES)
    counts.scatter_add_(1, codes.t(), bare.t().float())
    return counts.argmax(1)


class Encoder:
    def __init__(self, codec, chance):
        self.codec, self.chance = codec, chance

        @torch.compile(dynamic=False)
        def latents(pixels):
            with torch.autocast("cpu", torch.bfloat16):
                return latents_of(codec, pixels)
        self.latents = latents
        self.backdrops = {}

    @torch.no_grad()
    def raw(self, pictures):
        """What the codec itself says: codes [n, TOKENS]."""
        latents = self.latents(to_tensor(pictures)).permute(0, 2, 3, 1)
        return nearest(self.codec.quantize.embedding.weight, latents.flatten(0, 2)).view(len(pictures), TOKENS)

    def codes(self, drawn):
        """Codes [n, TOKENS] of what renderer.draw gave."""
        pictures, covers, keys = zip(*drawn)
        backdrops = torch.stack([self.backdrops[key] for key in keys])
        return torch.where(bare(covers), backdrops, self.raw(pictures))

    def learn_backdrops(self, batch):
        for background in BACKGROUNDS:
            seen = {}
            while sum(map(len, seen.values())) < SAMPLES:
                scenes = [draw_scene(self.chance) for _ in range(batch)]
                drawn = [draw(Scene(s.kind, s.things, s.where, background), self.chance.random()) for s in scenes]
                for codes, (_, cover, key) in zip(self.raw([d[0] for d in drawn]), drawn):
                    seen.setdefault(key, []).append((codes, bare([cover])[0]))
            for key, examples in seen.items():
                codes, free = (torch.stack(x) for x in zip(*examples))
                found = most_frequent(codes, free).view(GRID, GRID)
                if background != "at night":
                    rows = most_frequent(codes.view(-1, GRID, GRID)[:, :, 1:-1].permute(0, 2, 1).reshape(-1, GRID),
                                         free.view(-1, GRID, GRID)[:, :, 1:-1].permute(0, 2, 1).reshape(-1, GRID))
                    found[:, 1:-1] = rows[:, None]
                self.backdrops[key] = found.flatten()
        for background in BACKGROUNDS:  # without a moon its side makes no difference
            if background != "at night":
                either = self.backdrops.get((background, True), self.backdrops.get((background, False)))
                self.backdrops[background, True] = self.backdrops[background, False] = either


def bare(covers):
    """Which patches [n, TOKENS] show nothing but background, and nothing else comes close."""
    near = F.max_pool2d(torch.from_numpy(np.stack(covers))[:, None], 2 * MARGIN + 1, 1, MARGIN)
    return F.max_pool2d(near, SIDE // GRID).flatten(1) == 0
