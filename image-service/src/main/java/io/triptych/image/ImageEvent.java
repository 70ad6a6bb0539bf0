package io.triptych.image;

import io.triptych.openai.SpeculationReport;

/** What one pass yields of one image. A response is the sum of its events, streamed or not. */
public sealed interface ImageEvent {
    /** Which image of the request, from 0. */
    int image();

    /**
     * A pass has ended.
     *
     * @param tokens of the image that are committed
     * @param whole tokens of the whole image
     */
    record Progress(int image, int tokens, int whole) implements ImageEvent {}

    /**
     * The image as far as it is committed, in whole rows of the grid.
     *
     * @param index of the image's previews, from 0
     */
    record Preview(int image, int index, Picture picture) implements ImageEvent {}

    /** The image is done. Comes once for every image. */
    record Finished(int image, Picture picture, SpeculationReport speculation) implements ImageEvent {}
}
