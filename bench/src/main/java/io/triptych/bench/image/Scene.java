package io.triptych.bench.image;

import io.triptych.bench.image.Caption.Background;
import io.triptych.bench.image.Caption.Thing;
import java.util.List;

/** What a picture shows. */
record Scene(Background background, List<Found> objects) {

    /**
     * One object.
     *
     * @param x of the centre of its bounding circle, in 0..1
     * @param y the same, from the top
     */
    record Found(Thing thing, double x, double y) {}
}
