"""Trains the VQ codec on pictures of the renderer.

    python vq.py --work DIR --minutes 26

The codec is transformers' JanusVQVAE. First it learns without a codebook; then k-means makes one, which follows the mean of
the vectors that choose it, and whose unused codes move to where the error is largest. Things weigh more than what is
behind them. The schedule follows the clock, because the pictures are endless and the machine is shared; --minutes is what it
is to take. A run goes on from the codec of an earlier one.
"""

import argparse
import json
import math
import random
import time

import workers

if __name__ == "__main__":
    workers.settle()

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F
from transformers import JanusVQVAEConfig
from transformers.models.janus.modeling_janus import JanusVQVAE

import process
from captions import draw_scene
from layout import EMBEDDING, TOKENS, VQ
from renderer import compose, draw
from train import Muon, save

PICTURES = 4  # a batch of each process
THINGS = 4  # so much more a pixel of a thing weighs, and one close to it
QUANTISED_FROM = 200  # steps
DECAY_FROM = 0.3  # share of the time
COMMITMENT = 0.25
KEEP = 0.98  # of the codebook's running means, each step
SAVE_SECONDS = 60


def make_codec():
    codec = JanusVQVAE(JanusVQVAEConfig(**VQ))
    for module in codec.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.reset_parameters()
    return codec.to(memory_format=torch.channels_last).train()


def to_tensor(pictures):
    """uint8 [n, h, w, 3] to float [n, 3, h, w] in -1..1, channels last in memory."""
    return (torch.from_numpy(np.stack(pictures)).float() / 127.5 - 1).permute(0, 3, 1, 2)


def draw_batch(chance):
    """Pictures, and the weights [n, 1, h, w] of their pixels."""
    scenes = [draw_scene(chance) for _ in range(PICTURES)]
    pictures, covers = zip(*(draw(scene.things, *compose(scene, chance.random())) for scene in scenes))
    weights = 1 + THINGS * F.max_pool2d(torch.from_numpy(np.stack(covers))[:, None], 5, 1, 2)
    return to_tensor(pictures), weights / weights.mean()


def latents_of(codec, pixels):
    """Unit vectors [n, embedding, h, w] before the codebook."""
    return F.normalize(codec.quant_conv(codec.encoder(pixels)).float(), dim=1)


def pixels_of(codec, latents):
    return codec.decoder(codec.post_quant_conv(latents)).float()


def nearest(codebook, flat):
    return (flat @ codebook.t()).argmax(1)


class Codebook:
    """Unit vectors, each the direction of the running mean of those that chose it."""

    def __init__(self, weight):
        self.weight = weight  # the codec's own parameter, [codes, embedding]
        self.sums = weight.detach().clone()
        self.counts = torch.ones(len(weight))

    def start(self, vectors):
        """k-means on vectors of all processes."""
        gathered = [torch.empty_like(vectors) for _ in range(dist.get_world_size())]
        dist.all_gather(gathered, vectors)
        vectors = torch.cat(gathered)
        generator = torch.Generator().manual_seed(1)
        # Every next centre is drawn by its distance to those chosen, so that rare looks get centres as well.
        centres = vectors[:1].clone()
        far = 1 - vectors @ centres[0]
        for _ in range(len(self.weight) - 1):
            chosen = vectors[torch.multinomial(far.clamp_min(1e-6), 1, generator=generator)]
            centres = torch.cat([centres, chosen])
            far = torch.minimum(far, 1 - vectors @ chosen[0])
        for _ in range(8):
            codes = nearest(centres, vectors)
            sums = torch.zeros_like(centres).index_add_(0, codes, vectors)
            centres = torch.where(sums.norm(dim=1, keepdim=True) > 1e-3, F.normalize(sums, dim=1), centres)
        counts = torch.bincount(codes, minlength=len(centres)).float()
        self.weight.data.copy_(centres)
        self.counts = counts * (PICTURES * TOKENS / len(vectors))
        self.sums = centres * self.counts[:, None]

    def follow(self, vectors, codes, generator):
        counts = torch.bincount(codes, minlength=len(self.counts)).float()
        sums = torch.zeros_like(self.sums).index_add_(0, codes, vectors)
        # Candidates for unused codes: drawn by their error.
        error = 1 - (vectors * self.weight[codes]).sum(1)
        spare = vectors[torch.multinomial(error.clamp_min(1e-6), 64, generator=generator)]
        spares = [torch.empty_like(spare) for _ in range(dist.get_world_size())]
        dist.all_gather(spares, spare)
        workers.average([counts, sums])
        self.counts.lerp_(counts, 1 - KEEP)
        self.sums.lerp_(sums, 1 - KEEP)
        dead = (self.counts < 0.02).nonzero().flatten()[:64]  # fewer than one vector in 50 steps
        if len(dead):
            new = torch.cat(spares)[:len(dead)] if len(dead) < 32 else torch.cat(spares)[torch.arange(len(dead)) % 128]
            self.sums[dead], self.counts[dead] = new * 0.2, 0.2
        self.weight.data.copy_(F.normalize(self.sums, dim=1))
        return len(dead)


def make_optimizers(codec):
    trained = [p for name, p in codec.named_parameters() if p.requires_grad and "quantize" not in name]
    inner = [p for p in trained if p.dim() == 4 and p.shape[0] > 8 and p.shape[1] > 8]
    other = [p for p in trained if all(p is not q for q in inner)]
    return inner, torch.optim.AdamW(other, lr=2e-3, betas=(0.9, 0.95), weight_decay=0.0)


class ConvolutionMuon(Muon):
    """Muon over convolutions as matrices [out, in * kernel]."""

    def __init__(self, kernels, lr):
        self.kernels = kernels
        self.matrices = [torch.nn.Parameter(k.detach().flatten(1).clone()) for k in kernels]
        super().__init__(self.matrices, lr=lr, momentum=0.95, weight_decay=0.02)

    @torch.no_grad()
    def step(self):
        for kernel, matrix in zip(self.kernels, self.matrices):
            matrix.grad = kernel.grad.flatten(1)
        super().step()
        for kernel, matrix in zip(self.kernels, self.matrices):
            kernel.copy_(matrix.view(kernel.shape))


def psnr(error):
    """Of a mean squared error of pixels in -1..1."""
    return 10 * math.log10(4 / error)


def train(rank, count, options):
    torch.manual_seed(options.seed)
    chance = random.Random(f"{options.seed}/{rank}")
    generator = torch.Generator().manual_seed(options.seed + rank)
    codec = make_codec()
    checkpoint = options.work / "vq.pt"
    quantised = checkpoint.exists()
    if quantised:
        codec.load_state_dict(torch.load(checkpoint)["codec"])
    codebook = Codebook(codec.quantize.embedding.weight)
    inner, adam = make_optimizers(codec)
    optimizers = [ConvolutionMuon(inner, 0.01), adam]
    rates = [0.01, 2e-3]
    trained = [p for name, p in codec.named_parameters() if "quantize" not in name]

    @torch.compile(dynamic=False)
    def encode(pixels):
        with torch.autocast("cpu", torch.bfloat16):
            return latents_of(codec, pixels)

    @torch.compile(dynamic=False)
    def decode(latents, pixels, weights):
        with torch.autocast("cpu", torch.bfloat16):
            difference = pixels_of(codec, latents) - pixels
        return difference.square().mean(), (weights * (difference.square() + 0.1 * difference.abs())).mean()

    start, step, last_save, log = None, 0, time.monotonic(), None
    if rank == 0:
        log = open(options.work / "vq.log", "a", buffering=1)
    recent, errors, share, dead = [], [], 0.0, 0
    while share < 1:
        rate = min(1, (step + 1) / 50, max(0.02, (1 - share) / (1 - DECAY_FROM)))
        for optimizer, full in zip(optimizers, rates):
            for group in optimizer.param_groups:
                group["lr"] = full * rate
        pixels, weights = draw_batch(chance)
        latents = encode(pixels)
        flat = latents.permute(0, 2, 3, 1).reshape(-1, EMBEDDING)
        if not quantised and step >= QUANTISED_FROM:
            codebook.start(torch.cat(recent))
            quantised = True
        if quantised:
            codes = nearest(codebook.weight, flat.detach())
            chosen = codebook.weight.detach()[codes].view(*latents.permute(0, 2, 3, 1).shape).permute(0, 3, 1, 2)
            commitment = (latents - chosen).square().sum(1).mean()
            error, loss = decode(latents + (chosen - latents).detach(), pixels, weights)
            loss = loss + COMMITMENT * commitment
        else:
            recent = [*recent[-23:], flat.detach()]
            error, loss = decode(latents, pixels, weights)
        loss.backward()
        start = start or time.monotonic()  # the compiler's time does not count
        passed = (time.monotonic() - start) / 60 / options.minutes
        share, mean_error = workers.average([p.grad for p in trained], passed, error.item())
        for optimizer in optimizers:
            optimizer.step()
        codec.zero_grad(set_to_none=True)
        if quantised:
            dead = codebook.follow(flat.detach(), codes, generator)
        step += 1
        errors.append(mean_error)
        if rank == 0 and step % 20 == 0:
            record = {"step": step, "share": round(share, 3), "psnr": round(psnr(np.mean(errors[-20:])), 2), "dead": dead,
                      "time": time.strftime("%H:%M:%S")}
            if quantised:
                used = codebook.counts / codebook.counts.sum()
                record |= {"bits": round(-(used * (used + 1e-12).log2()).sum().item(), 2),
                           "commitment": round(commitment.item(), 4)}
            log.write(json.dumps(record) + "\n")
        if rank == 0 and (time.monotonic() - last_save > SAVE_SECONDS or share >= 1):
            save(checkpoint, {"codec": codec.state_dict(), "step": step, "minutes": options.minutes})
            last_save = time.monotonic()


def load_codec(work):
    codec = make_codec()
    codec.load_state_dict(torch.load(work / "vq.pt")["codec"])
    return codec.eval().requires_grad_(False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    process.add_work_option(parser)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--seed", type=int, default=1)
    workers.run(train, parser.parse_args())


if __name__ == "__main__":
    main()
