"""Draws scenes of docs/captions.md: 128 x 128 pixels, sRGB, the same for the same scene and seed.

    python renderer.py OUT.png        a sheet of random scenes

Centres lie on a lattice of eight pixels, the patches of the VQ codec, and every size has one diameter, so that patches
repeat: what is random in a picture and not said in its caption costs bits in its tokens.
"""

import math
import random
import sys
from functools import cache

import numpy as np

from captions import draw_scene

SIDE = 128
LATTICE = 8
RGB = {"red": (215, 45, 45), "orange": (240, 140, 35), "yellow": (245, 215, 60), "green": (55, 160, 70),
       "cyan": (60, 195, 205), "blue": (50, 90, 215), "purple": (140, 70, 190), "pink": (240, 130, 180)}
WHITE = np.array((250, 250, 250), np.float32)
PLAIN = {"on a white background": (245, 245, 245), "on a gray background": (150, 150, 150),
         "on a black background": (25, 25, 25), "on a beige background": (225, 205, 170),
         "on a navy background": (30, 40, 85)}
# Diameters of the bounding circle in pixels: alone, and beside others.
DIAMETERS = {"small": (30, 22), "medium": (40, 32), "large": (64, 48)}
STARS = ((9, 30, .8), (22, 9, .6), (30, 52, .5), (41, 22, .9), (52, 74, .6), (60, 11, .5), (67, 41, .8), (78, 27, .5),
         (88, 60, .7), (99, 38, .9), (112, 84, .6), (118, 50, .5), (14, 86, .7), (36, 104, .5), (74, 98, .8),
         (96, 112, .6), (58, 118, .5), (8, 116, .5))


def polygon(x, y, corners):
    """Signed distance to a polygon, negative inside."""
    nearest, inside = np.full(x.shape, np.inf, np.float32), np.zeros(x.shape, bool)
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1]):
        dx, dy = bx - ax, by - ay
        along = np.clip(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy), 0, 1)
        nearest = np.minimum(nearest, np.hypot(x - ax - along * dx, y - ay - along * dy))
        if ay != by:
            inside ^= ((ay > y) != (by > y)) & (x < (y - ay) * dx / dy + ax)
    return np.where(inside, -nearest, nearest)


def on_circle(count, radii, first=-90):
    angles = [math.radians(first + 360 * i / count) for i in range(count)]
    return [(r * math.cos(a), r * math.sin(a)) for a, r in zip(angles, radii * (count // len(radii)))]


def heart_outline():
    """The well known parametric heart, brought into the unit circle."""
    points = [(16 * math.sin(t) ** 3, -(13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)))
              for t in (2 * math.pi * i / 60 for i in range(60))]
    # Its smallest circle passes through the tip and both shoulders.
    middle = min((m / 20 for m in range(-100, 100)), key=lambda m: max(math.hypot(px, py - m) for px, py in points))
    radius = max(math.hypot(px, py - middle) for px, py in points)
    return [(px / radius, (py - middle) / radius) for px, py in points]


CORNERS = {
    "square": on_circle(4, [1], 45),
    "triangle": on_circle(3, [1]),
    "star": on_circle(10, [1, 0.46]),
    "diamond": [(0, -1), (0.68, 0), (0, 1), (-0.68, 0)],
    "heart": heart_outline(),
    "cross": [(sx * a, sy * b) for sx, sy, turn in ((1, -1, 0), (1, 1, 1), (-1, 1, 0), (-1, -1, 1))
              for a, b in [((0.33, 0.944), (0.33, 0.33), (0.944, 0.33)), ((0.944, 0.33), (0.33, 0.33), (0.33, 0.944))][turn]],
}


def distance(shape, x, y, radius):
    if shape == "circle":
        return np.hypot(x, y) - radius
    if shape == "ring":
        return np.abs(np.hypot(x, y) - 0.75 * radius) - 0.25 * radius
    return polygon(x, y, [(cx * radius, cy * radius) for cx, cy in CORNERS[shape]])


def coverage(distances):
    return np.clip(0.5 - distances, 0, 1)


def texture_cover(texture, x, y, diameter):
    """How much of each pixel is white."""
    if texture == "striped":
        width = diameter / 8
        return coverage(np.abs((x + width) % (2 * width) - width) - width / 2)
    if texture == "dotted":
        pitch = diameter / 4
        to_dot = lambda v: np.abs((v + pitch / 2) % pitch - pitch / 2)
        return coverage(np.hypot(to_dot(x), to_dot(y)) - 0.29 * pitch)
    if texture == "checkered":
        width = diameter / 6
        # Positive in the coloured squares, negative in the white ones; the smaller sine is the distance to the next edge.
        wave = lambda v: width / math.pi * np.sin(np.pi * v / width)
        product, least = wave(x) * wave(y), np.minimum(np.abs(wave(x)), np.abs(wave(y)))
        return coverage(np.sign(product) * least)
    return np.zeros_like(x)


@cache
def stamp(shape, texture, diameter):
    """Cover of the object, cover of its white parts and light, on a square around its centre."""
    half = diameter // 2 + 2
    y, x = np.mgrid[-half:half, -half:half].astype(np.float32) + 0.5
    edge = distance(shape, x, y, diameter / 2)
    light = 1 - 0.13 * (0.6 * x + 0.8 * y) / (diameter / 2)  # from above, a little from the left
    light = light * (1 - 0.16 * np.clip(1 + edge / 1.8, 0, 1))  # and a darker rim
    white = texture_cover(texture, x, y, diameter) * coverage(edge + 1.6)  # the rim keeps its colour
    return coverage(edge)[..., None], white[..., None], light[..., None]


def blend(stops, heights):
    """Colours between (height, colour) stops, one row of the picture each."""
    return np.stack([np.interp(heights, [h for h, _ in stops], [c[i] for _, c in stops]) for i in range(3)], axis=-1)


@cache
def backdrop(background, moon_right):
    heights = (np.arange(SIDE) + 0.5) / SIDE
    if background in PLAIN:
        light = 1 + 0.03 * np.cos(math.pi * heights) + (4 * (1 - heights)) / 255
        rows = np.array(PLAIN[background]) * light[:, None]
    elif background == "at sunset":
        rows = blend([(0, (86, 64, 140)), (0.4, (176, 104, 138)), (0.75, (250, 176, 112)),
                      (0.7501, (62, 44, 52)), (1, (38, 28, 38))], heights)
    elif background == "on a meadow":
        rows = blend([(0, (178, 214, 244)), (0.625, (216, 236, 250)), (0.6251, (150, 200, 92)), (1, (116, 172, 66))], heights)
    else:
        rows = blend([(0, (8, 10, 22)), (1, (16, 18, 38))], heights)
    picture = np.repeat(rows[:, None], SIDE, axis=1).astype(np.float32)
    if background == "at night":
        y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32) + 0.5
        if not moon_right:
            x = SIDE - x
        for sx, sy, strength in STARS:
            glow = strength * np.exp(-((x - sx - 0.5) ** 2 + (y - sy - 0.5) ** 2) / 0.7)
            picture += glow[..., None] * np.array((225, 225, 215))
        far = np.hypot(x - 114, y - 14)
        picture += (np.exp(-np.clip(far - 7, 0, None) / 5) * 0.12)[..., None] * 255
        cover = coverage(far - 7)[..., None]
        picture = picture * (1 - cover) + np.array((236, 232, 212)) * cover
    return picture


def on_lattice(chance, low, high):
    """A multiple of the lattice within fractions of the side."""
    return LATTICE * chance.randint(math.ceil(low * SIDE / LATTICE), math.floor(high * SIDE / LATTICE))


def place_one(chance, where, size, diameter):
    near = LATTICE * math.ceil((diameter / 2 + 2) / LATTICE) if size == "large" else on_lattice(chance, 0.22, 0.32)
    beside = on_lattice(chance, 0.42, 0.58)
    match where:
        case "on the left": return near, beside
        case "on the right": return SIDE - near, beside
        case "at the top": return beside, near
        case "at the bottom": return beside, SIDE - near
    return on_lattice(chance, 0.44, 0.56), on_lattice(chance, 0.44, 0.56)


def place_related(chance, relation, diameters):
    """Both in the picture, and no patch has a part of both."""
    while True:
        near, far = chance.choice((32, 40)), chance.choice((88, 96))
        first, second = (near, far) if relation in ("left of", "above") else (far, near)
        if far - near >= sum(diameters) / 2 + 2 * LATTICE - 2:
            break
    beside, other = (on_lattice(chance, 0.42, 0.58) for _ in range(2))
    if relation in ("left of", "right of"):
        return (first, beside), (second, other)
    return (beside, first), (other, second)


def place_free(chance, things):
    """Each in a quarter of its own, in reading order, the smaller ones freer."""
    quarters = sorted(chance.sample([(1, 1), (1, 3), (3, 1), (3, 3)], len(things)))
    for thing, (qy, qx) in zip(things, quarters):
        reach = 0 if thing.size == "large" else 1
        yield tuple(q * SIDE // 4 + LATTICE * chance.randint(-reach, reach) for q in (qx, qy))


def layout(chance, scene):
    """Centre and diameter of every thing, in pixels."""
    diameters = [DIAMETERS[thing.size][len(scene.things) > 1] for thing in scene.things]
    if scene.kind == "one":
        centres = [place_one(chance, scene.where, scene.things[0].size, diameters[0])]
    elif scene.kind == "relation":
        centres = place_related(chance, scene.where, diameters)
    else:
        centres = place_free(chance, scene.things)
    return [(x, y, diameter) for (x, y), diameter in zip(centres, diameters)]


def compose(scene, seed):
    """Where the things are, as layout says, and the key of the backdrop."""
    placed = layout(random.Random(f"{scene}/{seed}"), scene)
    # The moon takes the corner that the things leave free, the right one if both are.
    crowd = [min(math.hypot(x - corner, y - 14) - d / 2 for x, y, d in placed) for corner in (14, 114)]
    return placed, (scene.background, scene.background != "at night" or min(crowd[1], 12) >= min(crowd[0], 12))


def draw(things, placed, key):
    """The picture, uint8 [128, 128, 3], and how much of every pixel is a thing, float [128, 128]."""
    picture = backdrop(*key).copy()
    covers = np.zeros((SIDE, SIDE), np.float32)
    for thing, (x, y, diameter) in zip(things, placed):
        cover, white, light = stamp(thing.shape, thing.texture, diameter)
        half = cover.shape[0] // 2
        colour = np.array(RGB[thing.colour], np.float32) * light
        colour = colour + (WHITE - colour) * white
        window = slice(y - half, y + half), slice(x - half, x + half)
        picture[window] += cover * (colour - picture[window])
        covers[window] += cover[..., 0]
    return np.clip(picture + 0.5, 0, 255).astype(np.uint8), covers


def render(scene, seed):
    return draw(scene.things, *compose(scene, seed))[0]


def sheet(pictures, columns):
    """Pictures side by side, with a gap between."""
    rows = -(-len(pictures) // columns)
    out = np.full((rows * (SIDE + 4), columns * (SIDE + 4), 3), 128, np.uint8)
    for i, picture in enumerate(pictures):
        y, x = (i // columns) * (SIDE + 4), (i % columns) * (SIDE + 4)
        out[y:y + SIDE, x:x + SIDE] = picture
    return out


def main():
    from PIL import Image
    chance = random.Random(5)
    scenes = [draw_scene(chance) for _ in range(64)]
    Image.fromarray(sheet([render(s, i) for i, s in enumerate(scenes)], 8)).save(sys.argv[1])
    for i, s in enumerate(scenes):
        print(i // 8, i % 8, s)


if __name__ == "__main__":
    main()
