package io.triptych.speech.audio;

import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_ERROR;
import static org.bytedeco.ffmpeg.global.avutil.av_channel_layout_default;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;
import static org.bytedeco.ffmpeg.global.avutil.av_strerror;

import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** What FFmpeg's functions want of every caller. */
final class Ffmpeg {
    static {
        // JavaCPP would refuse to allocate once the process, which holds a model, is larger than twice the Java heap.
        System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        av_log_set_level(AV_LOG_ERROR);
    }

    private Ffmpeg() {}

    /** Returns what a function returned, unless it says that the function failed. */
    static int check(int result) {
        if (result < 0) {
            try (BytePointer message = new BytePointer(256)) {
                av_strerror(result, message, message.capacity());
                throw new IllegalStateException("FFmpeg: " + message.getString());
            }
        }
        return result;
    }

    /** Returns what a function made, unless it made nothing. */
    static <P extends Pointer> P check(P pointer) {
        if (pointer == null || pointer.isNull()) {
            throw new IllegalStateException("FFmpeg made nothing");
        }
        return pointer;
    }

    /** A frame of one channel with room for samples. The caller frees it. */
    static AVFrame frame(int sampleFormat, int sampleRate, int samples) {
        AVFrame frame = check(av_frame_alloc());
        frame.format(sampleFormat).sample_rate(sampleRate).nb_samples(samples);
        av_channel_layout_default(frame.ch_layout(), 1);
        try {
            check(av_frame_get_buffer(frame, 0));
        } catch (IllegalStateException e) {
            av_frame_free(frame);
            throw e;
        }
        return frame;
    }
}
