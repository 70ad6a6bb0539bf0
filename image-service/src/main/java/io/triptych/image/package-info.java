/** Images from text by speculative Jacobi decoding of an autoregressive model over the codes of a VQ decoder. */
package io.triptych.image;
