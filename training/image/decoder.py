"""Goes on with the codec's decoder alone, on the codes that the target learns.

    python decoder.py --work DIR --minutes 12

Encoder and codebook stay as they are, so this may run beside target.py. Every fourth picture has the encoder's own codes. The
things of a picture together weigh as much as its background, however small they are: shapes are what one looks for.
"""

import argparse
import json
import random
import time

import workers

if __name__ == "__main__":
    workers.settle()

import numpy as np
import torch
import torch.nn.functional as F

import process
from captions import draw_scene
from encoding import Encoding, raw_codes
from layout import GRID
from renderer import compose, draw
from train import save
from vq import ConvolutionMuon, load_codec, make_optimizers, pixels_of, psnr, to_tensor

PICTURES = 8
THINGS, MOST = 1.0, 40.0  # weight of all things relative to the background, and limit for a pixel
SAVE_SECONDS = 60


def draw_batch(codec, encoding, chance):
    scenes = [draw_scene(chance) for _ in range(PICTURES)]
    composed = [compose(scene, chance.random()) for scene in scenes]
    pictures, covers = zip(*(draw(s.things, *c) for s, c in zip(scenes, composed)))
    codes = torch.stack([encoding.codes(s.things, *c) for s, c in zip(scenes, composed)])
    codes[::4] = raw_codes(codec, pictures[::4])
    near = F.max_pool2d(torch.from_numpy(np.stack(covers))[:, None], 7, 1, 3)
    weights = 1 + (THINGS * near / near.mean((1, 2, 3), keepdim=True)).clamp_max(MOST)
    return codes, to_tensor(pictures), weights / weights.mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    process.add_work_option(parser)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    chance = random.Random(f"decoder/{options.seed}")
    codec = load_codec(options.work)
    encoding = Encoding(options.work)
    for module in (codec.decoder, codec.post_quant_conv):
        module.requires_grad_(True)
    inner, adam = make_optimizers(codec)
    optimizers, rates = [ConvolutionMuon(inner, 0.005), adam], [0.005, 1e-3]

    @torch.compile(dynamic=False)
    def loss_of(latents, pixels, weights):
        with torch.autocast("cpu", torch.bfloat16):
            difference = pixels_of(codec, latents) - pixels
        error = difference.square()
        return error.mean(), (weights * error).mean(), (weights * (error + 0.05 * difference.abs())).mean()

    start, share, step, errors, last_save = None, 0.0, 0, [], time.monotonic()
    log = open(options.work / "decoder.log", "a", buffering=1)
    while share < 1:
        for optimizer, full in zip(optimizers, rates):
            for group in optimizer.param_groups:
                group["lr"] = full * min(1, (step + 1) / 30, 1.25 * (1 - share))
        codes, pixels, weights = draw_batch(codec, encoding, chance)
        latents = codec.quantize.embedding.weight[codes].view(PICTURES, GRID, GRID, -1).permute(0, 3, 1, 2)
        error, weighted, loss = loss_of(latents, pixels, weights)
        loss.backward()
        start = start or time.monotonic()  # the compiler's time does not count
        for optimizer in optimizers:
            optimizer.step()
        codec.zero_grad(set_to_none=True)
        step += 1
        share = (time.monotonic() - start) / 60 / options.minutes
        errors.append((error.item(), weighted.item()))
        if step % 20 == 0:
            both = [round(psnr(e), 2) for e in np.mean(errors[-20:], axis=0)]
            log.write(json.dumps({"step": step, "share": round(share, 3), "psnr": both[0], "weighted": both[1],
                                  "time": time.strftime("%H:%M:%S")}) + "\n")
        if time.monotonic() - last_save > SAVE_SECONDS or share >= 1:
            save(options.work / "decoder.pt", {"codec": codec.state_dict()})
            last_save = time.monotonic()


if __name__ == "__main__":
    main()
