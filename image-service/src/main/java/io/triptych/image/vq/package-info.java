/** From codes to pixels: {@link io.triptych.image.vq.VqDecoder}. */
package io.triptych.image.vq;
