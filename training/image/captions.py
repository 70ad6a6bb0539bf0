"""The small language of docs/captions.md: scenes drawn at random, and how a scene is said.

    python captions.py        the held-out captions of the benchmark, into bench/src/main/resources
"""

import json
import random
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

COLOURS = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink")
SHAPES = ("circle", "square", "triangle", "star", "heart", "ring", "diamond", "cross")
TWINS = ("circle", "ring")
TEXTURES = ("plain", "striped", "dotted", "checkered")
SIZES = ("small", "medium", "large")
NUMBERS = {2: "two", 3: "three", 4: "four"}
PLACES = ("on the left", "on the right", "at the top", "at the bottom", "in the center")
RELATIONS = ("left of", "right of", "above", "below")
BACKGROUNDS = ("on a white background", "on a gray background", "on a black background", "on a beige background",
               "on a navy background", "at sunset", "at night", "on a meadow")
PREFIX = "a picture of "
KINDS = ("one", "relation", "three", "number")
SHARES = (22, 32, 28, 18)  # of the training pictures: two and three things are the hardest to learn

HELD_OUT_EVERY = 40
HELD_OUT_COUNTS = {"one": 30, "relation": 30, "three": 20, "number": 20}
HELD_OUT = Path(__file__).parents[2] / "bench/src/main/resources/io/triptych/bench/heldout-captions.json"


@dataclass(frozen=True)
class Thing:
    size: str
    texture: str
    colour: str
    shape: str

    def __str__(self):
        adjectives = [word for word in (self.size, self.texture) if word not in ("medium", "plain")]
        return " ".join([*adjectives, self.colour, self.shape])

    def with_article(self):
        words = str(self)
        return ("an " if words.startswith("o") else "a ") + words

    def plural(self):
        return str(self) + ("es" if self.shape == "cross" else "s")


@dataclass(frozen=True)
class Scene:
    """`where` is a place (one thing), a relation (two) or empty (three, or several equal ones)."""

    kind: str
    things: tuple[Thing, ...]
    where: str
    background: str

    def __str__(self):
        said = [thing.with_article() for thing in self.things]
        match self.kind:
            case "one":
                scene = f"{said[0]} {self.where}"
            case "relation":
                scene = f"{said[0]} {self.where} {said[1]}"
            case "three":
                scene = f"{said[0]}, {said[1]} and {said[2]}"
            case "number":
                scene = f"{NUMBERS[len(said)]} {self.things[0].plural()}"
        return f"{scene} {self.background}"

    def held_out(self):
        return zlib.crc32(str(self).encode()) % HELD_OUT_EVERY == 0


def draw_thing(chance, colour):
    texture = chance.choices(TEXTURES, (4, 2, 2, 2))[0]
    size = chance.choice(SIZES if texture == "plain" else SIZES[1:])
    return Thing(size, texture, colour, chance.choice(SHAPES))


def draw_of_kind(chance, kind):
    count = {"one": 1, "relation": 2, "three": 3, "number": 1}[kind]
    things = tuple(draw_thing(chance, colour) for colour in chance.sample(COLOURS, count))
    if kind == "number":
        things *= chance.choice(list(NUMBERS))
    where = {"one": PLACES, "relation": RELATIONS}.get(kind, ("",))
    return Scene(kind, things, chance.choice(where), chance.choice(BACKGROUNDS))


def with_twins(chance, scene):
    """The scene with a ring and a circle among its things: they begin alike, so which is which must be read from the caption."""
    shapes = [thing.shape for thing in scene.things]
    shapes[:2] = chance.sample(TWINS, len(shapes[:2]))
    if scene.kind == "number":
        shapes = shapes[:1] * len(shapes)
    else:
        chance.shuffle(shapes)
    return replace(scene, things=tuple(replace(thing, shape=shape) for thing, shape in zip(scene.things, shapes)))


def draw_scene(chance, held_out=False, twins=0.0):
    """A random scene, on the held-out side or on the other, a share with twins. `chance` is a random.Random."""
    while True:
        scene = draw_of_kind(chance, chance.choices(KINDS, SHARES)[0])
        if twins and chance.random() < twins:
            scene = with_twins(chance, scene)
        if scene.held_out() == held_out:
            return scene


def caption_of(chance, scene):
    return (PREFIX if chance.random() < 0.1 else "") + str(scene)


def held_out_scenes():
    """The benchmark's scenes, with their captions."""
    chance = random.Random(3)
    chosen = {}
    for kind, count in HELD_OUT_COUNTS.items():
        goal = len(chosen) + count
        while len(chosen) < goal:
            scene = draw_of_kind(chance, kind)
            if scene.held_out() and scene not in chosen:
                chosen[scene] = caption_of(chance, scene)
    return chosen


def main():
    captions = [{"id": f"heldout-{number:02}", "kind": scene.kind, "caption": caption}
                for number, (scene, caption) in enumerate(held_out_scenes().items())]
    HELD_OUT.parent.mkdir(parents=True, exist_ok=True)
    HELD_OUT.write_text(json.dumps(captions, indent=1) + "\n")


if __name__ == "__main__":
    main()
