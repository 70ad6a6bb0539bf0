package io.triptych.bench.image;

import io.triptych.bench.image.Caption.Background;
import io.triptych.bench.image.Caption.Thing;
import java.util.List;

/** What a picture shows. */
record Scene(Background background, List<Found> objects) {

    /**
     * One object.
     *
     * @param thing what it looks like; its size is told by {@code diameter} alone, as it depends on the company
     * @param x of the centre of its bounding circle, in 0..1
     * @param y the same, from the top
     * @param diameter of its bounding circle as a share of the side
     */
    record Found(Thing thing, double x, double y, double diameter) {}
}
