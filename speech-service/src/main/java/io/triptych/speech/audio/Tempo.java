package io.triptych.speech.audio;

import static io.triptych.speech.audio.Ffmpeg.check;
import static org.bytedeco.ffmpeg.global.avfilter.av_buffersink_get_frame;
import static org.bytedeco.ffmpeg.global.avfilter.av_buffersrc_add_frame;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_get_by_name;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_alloc;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_config;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_create_filter;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_free;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_link;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EAGAIN;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AV_SAMPLE_FMT_FLT;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;

import java.util.Arrays;
import org.bytedeco.ffmpeg.avfilter.AVFilterContext;
import org.bytedeco.ffmpeg.avfilter.AVFilterGraph;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Makes speech slower or faster and leaves its pitch: FFmpeg's filter {@code atempo}, which overlaps and adds pieces of the
 * sound where they fit best (WSOLA; Verhelst and Roelands, ICASSP 1993). Used by one thread at a time.
 */
public final class Tempo implements AutoCloseable {
    /** What one filter takes at least; two of them one after another take its square. */
    private static final double SLOWEST_STEP = 0.5;

    /** What one filter takes at most without leaving samples out. */
    private static final double FASTEST_STEP = 2;

    /** Longer than the filter's window. */
    private static final double SILENCE_SECONDS = 0.25;

    private final double speed;
    private final int sampleRate;
    private final AVFilterGraph graph;
    private final AVFilterContext source;
    private final AVFilterContext sink;
    private final AVFrame result;
    private long taken;
    private long given;

    /** @param speed from 0.25, four times as long, to 4, a quarter */
    public Tempo(double speed, int sampleRate) {
        this.speed = speed;
        this.sampleRate = sampleRate;
        graph = check(avfilter_graph_alloc());
        graph.nb_threads(1);
        source = filter(
                "abuffer",
                "time_base=1/" + sampleRate + ":sample_rate=" + sampleRate + ":sample_fmt=flt:channel_layout=mono");
        AVFilterContext last = source;
        double rest = speed;
        while (rest < SLOWEST_STEP || rest > FASTEST_STEP) {
            double step = rest > FASTEST_STEP ? FASTEST_STEP : SLOWEST_STEP;
            last = linked(last, "atempo", "tempo=" + step);
            rest /= step;
        }
        last = linked(last, "atempo", "tempo=" + rest);
        sink = linked(last, "abuffersink", null);
        check(avfilter_graph_config(graph, null));
        result = check(av_frame_alloc());
    }

    private AVFilterContext linked(AVFilterContext before, String name, String arguments) {
        AVFilterContext filter = filter(name, arguments);
        check(avfilter_link(before, 0, filter, 0));
        return filter;
    }

    private AVFilterContext filter(String name, String arguments) {
        AVFilterContext filter = new AVFilterContext(null);
        check(avfilter_graph_create_filter(filter, avfilter_get_by_name(name), null, arguments, null, graph));
        return filter;
    }

    /** Takes the samples that follow and gives those that are ready. */
    public float[] change(float[] samples) {
        if (samples.length == 0) {
            return samples;
        }
        AVFrame frame = Ffmpeg.frame(AV_SAMPLE_FMT_FLT, sampleRate, samples.length);
        try {
            new FloatPointer(frame.data(0)).put(samples);
            frame.pts(taken);
            taken += samples.length;
            check(av_buffersrc_add_frame(source, frame));
        } finally {
            av_frame_free(frame);
        }
        return ready();
    }

    /** Ends the sound and gives the samples that were held back; together they are as many as the speed says. */
    public float[] finish() {
        long whole = Math.round(taken / speed);
        long before = given;
        // The filter does not care for the last fraction of its window: let that be silence.
        float[] rest = change(new float[(int) (sampleRate * SILENCE_SECONDS)]);
        check(av_buffersrc_add_frame(source, null));
        float[] last = ready();
        float[] end = Arrays.copyOf(rest, (int) Math.max(0, whole - before));
        int copied = Math.min(last.length, Math.max(0, end.length - rest.length));
        System.arraycopy(last, 0, end, Math.min(rest.length, end.length), copied);
        return end;
    }

    private float[] ready() {
        float[] ready = new float[0];
        int status = av_buffersink_get_frame(sink, result);
        while (status >= 0) {
            int count = result.nb_samples();
            ready = Arrays.copyOf(ready, ready.length + count);
            new FloatPointer(result.data(0)).get(ready, ready.length - count, count);
            av_frame_unref(result);
            status = av_buffersink_get_frame(sink, result);
        }
        given += ready.length;
        if (status != AVERROR_EAGAIN() && status != AVERROR_EOF()) {
            check(status);
        }
        return ready;
    }

    @Override
    public void close() {
        av_frame_free(result);
        avfilter_graph_free(graph);
    }
}
