package io.triptych.speech.audio;

import static io.triptych.speech.audio.Ffmpeg.check;
import static org.bytedeco.ffmpeg.avformat.AVFormatContext.AVFMT_FLAG_BITEXACT;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_BITEXACT;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_GLOBAL_HEADER;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_DATA_SKIP_SAMPLES;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_get_side_data;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_rescale_ts;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_encoder_by_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_from_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_frame;
import static org.bytedeco.ffmpeg.global.avformat.av_write_frame;
import static org.bytedeco.ffmpeg.global.avformat.av_write_trailer;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_output_context2;
import static org.bytedeco.ffmpeg.global.avformat.avformat_free_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_new_stream;
import static org.bytedeco.ffmpeg.global.avformat.avformat_write_header;
import static org.bytedeco.ffmpeg.global.avformat.avio_close_dyn_buf;
import static org.bytedeco.ffmpeg.global.avformat.avio_get_dyn_buf;
import static org.bytedeco.ffmpeg.global.avformat.avio_open_dyn_buf;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EAGAIN;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AV_SAMPLE_FMT_FLT;
import static org.bytedeco.ffmpeg.global.avutil.AV_SAMPLE_FMT_FLTP;
import static org.bytedeco.ffmpeg.global.avutil.AV_SAMPLE_FMT_S16;
import static org.bytedeco.ffmpeg.global.avutil.av_channel_layout_default;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_free;

import java.util.Arrays;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * Writes sound of one channel as a file that grows: {@link #drain} gives its bytes as they come, with a header that leaves
 * the length open, and {@link #file} the finished file, whose header tells it. The bytes behind the header are the same,
 * however the sound was cut into pieces. Used by one thread at a time.
 *
 * <p>Players that read headers hear neither the delay of the encoder nor what it fills its last block with, but for
 * {@link AudioFormat#AAC}, whose files have no place to tell of them: they are longer by one to two blocks of 1024 samples.
 */
public final class AudioEncoder implements AutoCloseable {
    /** The longest page of an Ogg file, in microseconds. */
    private static final String PAGE_DURATION = "40000";

    /** Samples that every decoder of MP3 is late by, which needs no telling. */
    private static final int MP3_DECODER_DELAY = 529;

    private final AVCodecContext encoder;
    private final AVFormatContext muxer;
    private final AVIOContext output;
    private final AVStream stream;
    private final AVPacket packet;
    private final int blockSize;
    /** Samples before the sound that are left out: what an encoder of MP3 is late by fills its first packet. */
    private final int silence;

    private float[] pending = new float[0];
    private long written;
    private int drained;

    /** @param sampleRate one that the format {@linkplain AudioFormat#takes takes} */
    public AudioEncoder(AudioFormat format, int sampleRate) {
        AVCodec codec = check(avcodec_find_encoder_by_name(format.encoder));
        encoder = check(avcodec_alloc_context3(codec));
        encoder.sample_rate(sampleRate)
                .sample_fmt(sampleFormat(format))
                .bit_rate(format.bitsPerSecond)
                .flags(encoder.flags() | AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_GLOBAL_HEADER);
        encoder.time_base().num(1).den(sampleRate);
        av_channel_layout_default(encoder.ch_layout(), 1);
        AVDictionary encoderOptions = new AVDictionary(null);
        if (format == AudioFormat.MP3) {
            // So that no packet needs the one before it, of which the first is left out.
            check(av_dict_set(encoderOptions, "reservoir", "0", 0));
        }
        check(avcodec_open2(encoder, codec, encoderOptions));
        av_dict_free(encoderOptions);
        blockSize = encoder.frame_size();
        boolean silentPacket = format == AudioFormat.MP3 && encoder.initial_padding() - blockSize >= MP3_DECODER_DELAY;
        silence = silentPacket ? blockSize : 0;

        muxer = new AVFormatContext(null);
        check(avformat_alloc_output_context2(muxer, null, format.muxer, null));
        muxer.flags(muxer.flags() | AVFMT_FLAG_BITEXACT);
        output = new AVIOContext(null);
        check(avio_open_dyn_buf(output));
        muxer.pb(output);
        stream = check(avformat_new_stream(muxer, null));
        check(avcodec_parameters_from_context(stream.codecpar(), encoder));
        stream.time_base().num(1).den(sampleRate);
        muxer.metadata_header_padding(0);
        AVDictionary options = new AVDictionary(null);
        if (format == AudioFormat.OPUS) {
            check(av_dict_set(options, "page_duration", PAGE_DURATION, 0));
        } else if (format == AudioFormat.MP3) {
            check(av_dict_set(options, "id3v2_version", "0", 0));
        }
        check(avformat_write_header(muxer, options));
        av_dict_free(options);
        packet = check(av_packet_alloc());
    }

    private static int sampleFormat(AudioFormat format) {
        return switch (format) {
            case MP3, AAC -> AV_SAMPLE_FMT_FLTP;
            case OPUS -> AV_SAMPLE_FMT_FLT;
            case FLAC, WAV, PCM -> AV_SAMPLE_FMT_S16;
        };
    }

    /** Adds samples, from -1 to 1; what lies beyond is cut off. */
    public void write(float[] samples) {
        float[] all = Arrays.copyOf(pending, pending.length + samples.length);
        System.arraycopy(samples, 0, all, pending.length, samples.length);
        int done = 0;
        int size = blockSize == 0 ? all.length : blockSize;
        for (; size > 0 && all.length - done >= size; done += size) {
            encode(all, done, size);
        }
        pending = Arrays.copyOfRange(all, done, all.length);
    }

    /** Ends the sound. */
    public void finish() {
        if (pending.length > 0) {
            encode(pending, 0, pending.length);
        }
        check(avcodec_send_frame(encoder, null));
        writePackets();
        check(av_write_trailer(muxer));
    }

    /** The bytes that have come since they were last asked for. What the end of the sound changes before them is left out. */
    public byte[] drain() {
        byte[] fresh = bytesFrom(drained);
        drained += fresh.length;
        return fresh;
    }

    /** The file as far as it goes: the whole one once the sound has ended. */
    public byte[] file() {
        return bytesFrom(0);
    }

    private byte[] bytesFrom(int from) {
        BytePointer start = new BytePointer((Pointer) null);
        byte[] bytes = new byte[avio_get_dyn_buf(output, start) - from];
        start.position(from).get(bytes);
        return bytes;
    }

    private void encode(float[] samples, int from, int count) {
        AVFrame frame = Ffmpeg.frame(encoder.sample_fmt(), encoder.sample_rate(), count);
        try {
            if (encoder.sample_fmt() == AV_SAMPLE_FMT_S16) {
                short[] rounded = new short[count];
                for (int i = 0; i < count; i++) {
                    rounded[i] = (short) Math.round(Short.MAX_VALUE * clipped(samples[from + i]));
                }
                new ShortPointer(frame.data(0)).put(rounded);
            } else {
                float[] clipped = new float[count];
                for (int i = 0; i < count; i++) {
                    clipped[i] = clipped(samples[from + i]);
                }
                new FloatPointer(frame.data(0)).put(clipped);
            }
            frame.pts(written);
            written += count;
            check(avcodec_send_frame(encoder, frame));
        } finally {
            av_frame_free(frame);
        }
        writePackets();
    }

    private static float clipped(float sample) {
        return Math.max(-1, Math.min(1, sample));
    }

    private void writePackets() {
        int result = avcodec_receive_packet(encoder, packet);
        while (result >= 0) {
            if (packet.pts() >= silence - encoder.initial_padding()) {
                av_packet_rescale_ts(packet, encoder.time_base(), stream.time_base());
                packet.stream_index(0);
                tellDelay();
                check(av_write_frame(muxer, packet));
            }
            result = avcodec_receive_packet(encoder, packet);
        }
        if (result != AVERROR_EAGAIN() && result != AVERROR_EOF()) {
            check(result);
        }
    }

    /** The muxer of MP3 takes the delay for its tag from what the last packet tells to leave out, if its first was silent. */
    private void tellDelay() {
        BytePointer leftOut = av_packet_get_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, (SizeTPointer) null);
        if (silence > 0 && leftOut != null) {
            new IntPointer(leftOut).put(MP3_DECODER_DELAY);
        }
    }

    @Override
    public void close() {
        av_packet_free(packet);
        avcodec_free_context(encoder);
        BytePointer rest = new BytePointer((Pointer) null);
        avio_close_dyn_buf(output, rest);
        av_free(rest);
        avformat_free_context(muxer);
    }
}
