"""Trains the harmonic codec.

    python codec_train.py --work FOLDER --minutes 20

One process per core. The schedule follows the clock; started again, also with more minutes, it goes on from the
checkpoint FOLDER/codec/codec.pt. First encoder and decoder learn without codebooks, then k-means places the codebooks in
what the encoder has learnt to say, and all three learn on.
"""

import argparse
import math
import os
import random
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "image"))
import workers  # finds training/text
import process

FREE = 0.12          # of the time without codebooks
FRAMES, CROPS = 32, 8  # of a process in a step
RATE = 1.5e-3        # of learning, at its highest
SILENT, BUZZ = -9, 0.2  # logarithm of an amplitude that is not heard; how bad it is for harmonics to be louder in noise
DECAY = 0.99         # of the codebooks' running means


def spectra(samples, window):
    import torch
    return torch.stft(samples, len(window), len(window) // 4, window=window, return_complex=True).abs() + 1e-8


def spectral_loss(ours, true):
    """How far the spectra are apart, at several resolutions: in what is loud, and in what is soft."""
    import torch
    total = 0
    for size in (2048, 1024, 512, 256):
        window = torch.hann_window(size)
        a, b = spectra(ours, window), spectra(true, window)
        floor = 1e-4 * size
        total = total + (torch.log(a + floor) - torch.log(b + floor)).abs().mean() + (a - b).abs().mean() / b.mean()
    return total / 4


def k_means(vectors, count, steps=12):
    import torch
    means = vectors[torch.randperm(len(vectors))[:count]].clone()
    for _ in range(steps):
        chosen = (vectors @ means.T - means.square().sum(1) / 2).argmax(1)
        counts = torch.bincount(chosen, minlength=count)
        sums = torch.zeros_like(means).index_add_(0, chosen, vectors)
        means = torch.where(counts[:, None] > 0, sums / counts.clamp(min=1)[:, None],
                            vectors[torch.randint(len(vectors), (count,))])
    return means


def share(*tensors):
    """Every process gets those of the first."""
    import torch.distributed as dist
    for tensor in tensors:
        dist.broadcast(tensor, 0)


def begin_codebooks(codec, speech, chance, rank):
    import codec as codec_module
    import torch
    quantizer = codec.quantizer
    if rank == 0:
        with torch.no_grad():
            rest = []
            for _ in range(40):
                _, rows = batch(speech, chance)
                rest.append(codec.encoder(codec_module.features(rows[..., :-2], rows[..., -2], rows[..., -1])).flatten(0, 1))
            rest = torch.cat(rest)
            for i in range(codec_module.CODEBOOKS):
                quantizer.codebooks[i] = k_means(rest, codec_module.CODES)
                rest = rest - quantizer.codebooks[i][quantizer.nearest(rest, i)]
            quantizer.counts.fill_(1)
            quantizer.sums.copy_(quantizer.codebooks)
    share(quantizer.codebooks, quantizer.counts, quantizer.sums)


def quantize(quantizer, vectors, chance):
    """[batch, frames, size] -> the vectors as the codebooks say them (a part of the batch by the first few codebooks only,
    so that these say the most), and what the codebooks learn from: sums and counts of what chose their rows, and what the
    last choice left over."""
    import torch
    rest, said, learnt = vectors.detach(), torch.zeros_like(vectors), []
    books = len(quantizer.codebooks)
    spoken = torch.tensor([chance.randint(1, books) if chance.random() < 0.25 else books for _ in vectors])
    for i in range(books):
        chosen = quantizer.nearest(rest, i)
        row = quantizer.codebooks[i][chosen]
        flat, rows = chosen.flatten(), rest.flatten(0, 1)
        counts = torch.bincount(flat, minlength=quantizer.codebooks.shape[1]).float()
        learnt.append((counts, torch.zeros_like(quantizer.codebooks[i]).index_add_(0, flat, rows), rows))
        said = said + row * (spoken > i)[:, None, None]
        rest = rest - row
    return said, learnt


def teach(quantizer, learnt, step):
    import torch
    import torch.distributed as dist
    news = torch.stack([torch.cat([counts[:, None], sums], 1) for counts, sums, _ in learnt])
    dist.all_reduce(news)
    quantizer.counts.mul_(DECAY).add_(news[..., 0], alpha=1 - DECAY)
    quantizer.sums.mul_(DECAY).add_(news[..., 1:], alpha=1 - DECAY)
    quantizer.codebooks.copy_(quantizer.sums / quantizer.counts.clamp(min=1e-3)[..., None])
    if step % 20 == 0:
        for i, (_, _, rows) in enumerate(learnt):
            dead = quantizer.counts[i] < 0.03
            fresh = rows[torch.randint(len(rows), (int(dead.sum()),))]
            share(fresh)
            quantizer.codebooks[i][dead] = fresh
            quantizer.counts[i][dead] = 0.3
            quantizer.sums[i][dead] = fresh * 0.3


def batch(speech, chance):
    import torch
    crops = [speech.crop(chance, FRAMES) for _ in range(CROPS)]
    return torch.stack([c[0] for c in crops]), torch.stack([c[1] for c in crops])


def losses(codec, samples, rows, chance, quantized):
    """Sound made with the true pitch is compared with the true sound, and the pitch with the true one."""
    import codec as codec_module
    import torch
    mel, octave, periodic = rows[..., :-2], rows[..., -2], rows[..., -1]
    vectors = codec.encoder(codec_module.features(mel, octave, periodic))
    learnt, commitment = None, torch.zeros(())
    if quantized:
        with torch.no_grad():
            said, learnt = quantize(codec.quantizer, vectors, chance)
        commitment = (vectors - said).square().mean()
        vectors = vectors + (said - vectors).detach()
    octaves, envelope, levels = codec.decoder(vectors)
    true = octave - math.log2(codec_module.LOWEST)
    heard = 0.02 + (periodic > 0)
    pitch = ((octaves - true).abs() * heard).sum() / heard.sum()
    ours = codec_module.sound(true, envelope, levels, first=chance.randrange(10 ** 6))
    # A comb of harmonics fits noise better than other noise does, and buzzes. So where nothing is voiced, none may sound.
    voiced = torch.nn.functional.max_pool1d((periodic > 0).float(), 5, 1, 2)
    buzz = (torch.relu(envelope - SILENT).mean(2) * (1 - voiced)).mean()
    return spectral_loss(ours, samples) + BUZZ * buzz, pitch, commitment, learnt


def train(rank, count, arguments):
    import codec as codec_module
    import codec_data
    import torch
    torch.manual_seed(arguments.seed)
    path = arguments.work / "codec" / "codec.pt"
    speech = codec_data.Speech(arguments.work / "codec")
    codec = codec_module.Codec()
    optimizer = torch.optim.AdamW(codec.parameters(), lr=RATE, betas=(0.9, 0.98), weight_decay=1e-3)
    state = {"minutes": 0.0, "step": 0, "quantized": False}
    if path.exists():
        saved = torch.load(path, weights_only=True)
        codec.load_state_dict(saved["codec"])
        optimizer.load_state_dict(saved["optimizer"])
        state = saved["state"]
    chance = random.Random(f"{arguments.seed}/{rank}/{state['step']}")
    begun, saved_at = time.time() - 60 * state["minutes"], time.time()
    shown, since = [0.0] * 3, 0
    progress = torch.tensor(state["minutes"] / arguments.minutes)
    while progress < 1:
        if not state["quantized"] and progress >= FREE:
            begin_codebooks(codec, speech, chance, rank)
            state["quantized"] = True
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, (state["step"] + 1) / 100) * (0.02 + 0.98 * (1 + math.cos(math.pi * float(progress))) / 2)
        samples, rows = batch(speech, chance)
        spectral, pitch, commitment, learnt = losses(codec, samples, rows, chance, state["quantized"])
        (spectral + 0.1 * pitch + 0.25 * commitment).backward()
        figures = workers.average([p.grad for p in codec.parameters()], spectral.item(), pitch.item(), commitment.item())
        torch.nn.utils.clip_grad_norm_(codec.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if learnt:
            teach(codec.quantizer, learnt, state["step"])
        state["step"] += 1
        progress.fill_((time.time() - begun) / 60 / arguments.minutes)
        share(progress)
        shown, since = [a + b for a, b in zip(shown, figures)], since + 1
        last = progress >= 1
        if rank == 0 and (since == 50 or last):
            rows_used = (codec.quantizer.counts > 0.1).float().mean(1).tolist() if state["quantized"] else []
            print(f"step {state['step']} of {100 * float(progress):.1f} %: spectral {shown[0] / since:.4f}, "
                  f"pitch {1200 * shown[1] / since:.1f} cents, commitment {shown[2] / since:.4f}, used",
                  " ".join(f"{u:.2f}" for u in rows_used), flush=True)
        if since == 50:
            shown, since = [0.0] * 3, 0
        if rank == 0 and (last or time.time() - saved_at > 60):
            saved_at = time.time()
            state["minutes"] = (time.time() - begun) / 60
            torch.save({"codec": codec.state_dict(), "optimizer": optimizer.state_dict(), "state": state}, path.with_suffix(".new"))
            os.replace(path.with_suffix(".new"), path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    process.add_work_option(parser)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--seed", type=int, default=1)
    workers.settle()
    workers.run(train, parser.parse_args())
