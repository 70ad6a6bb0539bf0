"""Trains the text target or its draft on the token files of prepare.py.

    python train.py target --work DIR --steps 850
    python train.py draft  --work DIR --steps 450
    python train.py draft  --work DIR --steps 570 --teacher
    python train.py draft  --work DIR --steps 1500 --teacher --fresh

The schedule depends on the step alone, and the batch on seed and step, so a run may be paused (SIGSTOP), ended (SIGTERM:
it saves and exits) and continued by the same command, also with another --steps or --context: the learning rate is
constant after the warm-up and falls linearly to zero over the last part of the steps. --fresh keeps the weights alone and
counts steps from zero again; such a run is continued without it.
"""

import argparse
import json
import os
import signal
import time

import process

if __name__ == "__main__":
    process.settle()

import numpy as np
import torch
import torch.nn.functional as F

from model import SHAPES, Llama

TOKENS_PER_STEP = 8192
WARMUP_STEPS = 60
DECAY_SHARE = 0.25
SAVE_SECONDS = 240
VALIDATE_EVERY = 100


def read_tokens(path):
    return np.memmap(path, dtype=np.uint16, mode="r")


def batch_at(tokens, seed, step, context):
    """Random windows. Half of them get <|endoftext|> (token 0) in front, as a prompt cut from a file has it."""
    random = np.random.default_rng([seed, step])
    starts = random.integers(0, len(tokens) - context - 1, TOKENS_PER_STEP // context)
    windows = np.stack([tokens[s:s + context + 1] for s in starts]).astype(np.int64)
    windows[::2, 0] = 0
    return torch.from_numpy(windows)


def learning_rate_share(step, steps):
    decay_steps = DECAY_SHARE * steps
    return min(1.0, (step + 1) / WARMUP_STEPS, (steps - step) / decay_steps)


class Muon(torch.optim.Optimizer):
    """Momentum whose matrix is replaced by the nearest orthogonal one. Equal shapes go through in one stack."""

    def __init__(self, matrices, lr, momentum, weight_decay):
        shapes = {}
        for matrix in matrices:
            shapes.setdefault(matrix.shape, []).append(matrix)
        super().__init__([{"params": same} for same in shapes.values()],
                         {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            momentum, updates = group["momentum"], []
            for p in group["params"]:
                average = self.state[p].setdefault("momentum", torch.zeros_like(p)).lerp_(p.grad, 1 - momentum)
                updates.append(p.grad.lerp(average, momentum))
            rows, columns = p.shape
            rate = group["lr"] * max(1, rows / columns) ** 0.5
            for p, update in zip(group["params"], self.orthogonal(torch.stack(updates))):
                p.mul_(1 - group["lr"] * group["weight_decay"]).add_(update, alpha=-rate)

    @staticmethod
    def orthogonal(stack):
        """Five Newton-Schulz steps with the usual quintic push all singular values close to one."""
        tall = stack.shape[1] > stack.shape[2]
        x = (stack.mT if tall else stack).bfloat16().contiguous()
        x = x / (x.float().norm(dim=(1, 2), keepdim=True) + 1e-7).bfloat16()
        for _ in range(5):
            gram = x @ x.mT
            x = 3.4445 * x + (2.0315 * (gram @ gram) - 4.7750 * gram) @ x
        return (x.mT if tall else x).float()


def make_optimizers(model):
    """Muon for the matrices inside the layers, AdamW for the embedding and the norms."""
    layers = [p for p in model.model.layers.parameters() if p.dim() == 2]
    norms = [p for p in model.parameters() if p.dim() == 1]
    return [
        Muon(layers, lr=0.02, momentum=0.95, weight_decay=0.05),
        torch.optim.AdamW(
            [{"params": [model.model.embed_tokens.weight], "lr": 3e-3, "weight_decay": 0.02},
             {"params": norms, "lr": 3e-3, "weight_decay": 0.0}],
            lr=3e-3, betas=(0.9, 0.95)),
    ]


def save(path, state):
    torch.save(state, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").rename(path)


def load_model(work, name):
    model = Llama(SHAPES[name])
    model.load_state_dict(torch.load(work / f"{name}.pt")["model"])
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("name", choices=SHAPES)
    process.add_work_option(parser)
    parser.add_argument("--steps", type=int, required=True, help="where the learning rate reaches zero")
    parser.add_argument("--context", type=int, default=512, help="tokens a window")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--teacher", action="store_true", help="learn the trained target's distributions")
    parser.add_argument("--fresh", action="store_true", help="begin with the checkpoint's weights, but at step 0 and with new optimisers")
    options = parser.parse_args()
    work = options.work

    torch.manual_seed(options.seed)
    torch.set_num_threads(os.cpu_count())

    model = Llama(SHAPES[options.name])
    optimizers = make_optimizers(model)
    rates = [[group["lr"] for group in o.param_groups] for o in optimizers]
    state = {"step": 0, "tokens": 0, "cpu_seconds": 0.0}
    checkpoint = work / f"{options.name}.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint)
        model.load_state_dict(state.pop("model"))
        averages = state.pop("optimizers")
        if options.fresh:
            state["step"] = 0
        else:
            for optimizer, saved in zip(optimizers, averages):
                optimizer.load_state_dict(saved)
    teacher = load_model(work, "target").requires_grad_(False) if options.teacher else None
    print(options.name, model.parameter_count(), "parameters, from step", state["step"], flush=True)

    @torch.compile
    def loss_of(windows):
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(windows[:, :-1]).flatten(0, 1).float()
            if teacher is None:
                return F.cross_entropy(logits, windows[:, 1:].flatten())
            target = teacher(windows[:, :-1]).flatten(0, 1).float().softmax(-1)
            return F.cross_entropy(logits, target)

    train, valid = read_tokens(work / "train.bin"), read_tokens(work / "valid.bin")

    def validate():
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            losses = []
            for number in range(4):
                windows = batch_at(valid, 0, number, options.context)
                losses.append(F.cross_entropy(model(windows[:, :-1]).flatten(0, 1).float(), windows[:, 1:].flatten()))
            return sum(losses).item() / len(losses)

    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    last_save, running, cpu = time.monotonic(), None, time.process_time()
    log = open(work / f"{options.name}.log", "a", buffering=1)
    while state["step"] < options.steps and not stop:
        share = learning_rate_share(state["step"], options.steps)
        for optimizer, initial in zip(optimizers, rates):
            for group, rate in zip(optimizer.param_groups, initial):
                group["lr"] = rate * share
        loss = loss_of(batch_at(train, options.seed, state["step"], options.context))
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()

        state["step"] += 1
        state["tokens"] += TOKENS_PER_STEP
        state["cpu_seconds"] += time.process_time() - cpu
        cpu = time.process_time()
        running = loss.item() if running is None else 0.95 * running + 0.05 * loss.item()
        if state["step"] % 10 == 0:
            record = {k: round(v) for k, v in state.items()} | {"loss": round(running, 4), "lr_share": round(share, 4)}
            if state["step"] % VALIDATE_EVERY == 0:
                record["valid"] = round(validate(), 4)
            log.write(json.dumps(record | {"time": time.strftime("%H:%M:%S")}) + "\n")
        if time.monotonic() - last_save > SAVE_SECONDS:
            save(checkpoint, state | {"model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers]})
            last_save = time.monotonic()
    save(checkpoint, state | {"model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers]})
    print("stopped at step", state["step"], flush=True)


if __name__ == "__main__":
    main()
