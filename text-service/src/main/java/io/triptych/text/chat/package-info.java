/** Between text and tokens: the tokenizer, its inverse over a stream of tokens, stop strings and chat templates. */
package io.triptych.text.chat;
