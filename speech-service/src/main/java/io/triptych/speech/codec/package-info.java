/** From codes to sound: {@link io.triptych.speech.codec.Codec}, and the codecs that are known. */
package io.triptych.speech.codec;
