/** Between text and tokens: the tokenizer of a checkpoint, and its inverse over a stream of tokens. */
package io.triptych.tokenizer;
