/** Between conversations and text: chat templates, and the stop strings that end an answer. */
package io.triptych.text.chat;
