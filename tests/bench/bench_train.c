/* Whole training steps through the public functions: images a second, against the machine's SGEMM peak in the same run.
 */
#include "bench.h"
#include "bench_network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] = "usage: bench_train [OPTION...]\n"
                            "Trains MNIST's network by Adam. Options with a list (1,2,4) measure every combination.\n"
                            "Operations are counted as if none were left out: more than 100 percent of SGEMM can be.\n"
                            "  --batch LIST    images in a batch (32)\n"
                            "  --threads LIST  (1)\n"
                            "  --images LIST   images in an epoch (12800)\n"
                            "  --width LIST    multiplies filters and units (1)\n"
                            "  --depth LIST    convolutions before each pool (1)\n"
                            "  --network NAME  seed (with width, depth and shape), best, resnet20 or mobile (seed)\n"
                            "  --shape HxWxC   of the images, to which the digits are scaled (28x28x1)\n"
                            "  --data FOLDER   with MNIST's files (the tests' small set, repeated)\n"
                            "  --rounds N      epochs that the medians are taken over (5)\n"
                            "  --json          results as JSON\n";

typedef struct bench_settings {
    bench_sizes batches, threads, images, widths, depths;
    bench_shape shape;
    const char *network, *shape_text, *data;
    size_t rounds;
    bool json;
} bench_settings;

/* One combination. */
typedef struct bench_work {
    digitnet_model *model;
    const digitnet_dataset *dataset;
    size_t images, width, depth, batch, threads;
} bench_work;

static bench_settings read_settings(char **arguments) {
    bench_settings settings = {
        .batches = {1, {32}},
        .threads = {1, {1}},
        .images = {1, {12800}},
        .widths = {1, {1}},
        .depths = {1, {1}},
        .network = "seed",
        .shape_text = "28x28x1",
        .rounds = 5,
    };
    const bench_option options[] = {
        {"--batch", BENCH_SIZES, &settings.batches}, {"--threads", BENCH_SIZES, &settings.threads},
        {"--images", BENCH_SIZES, &settings.images}, {"--width", BENCH_SIZES, &settings.widths},
        {"--depth", BENCH_SIZES, &settings.depths},  {"--shape", BENCH_TEXT, &settings.shape_text},
        {"--data", BENCH_TEXT, &settings.data},      {"--rounds", BENCH_SIZE, &settings.rounds},
        {"--json", BENCH_FLAG, &settings.json},      {"--network", BENCH_TEXT, &settings.network},
    };
    bench_read_options(arguments, usage, options, sizeof options / sizeof *options);
    settings.shape = bench_read_shape(settings.shape_text);
    digitnet_model *model = bench_network_named(settings.network);
    if (strcmp(settings.network, "seed") != 0)
        settings.shape = bench_network_shape(model);
    digitnet_model_free(model);
    return settings;
}

/* Seconds that one epoch takes. */
static double train(const bench_work *work, const digitnet_dataset *dataset) {
    digitnet_history *history = NULL;
    bench_check(digitnet_model_fit(work->model, dataset,
                                   DIGITNET_WITH(digitnet_fit_options, .history = &history, .batch_size = work->batch,
                                                 .threads = work->threads)),
                "digitnet_model_fit");
    double seconds = digitnet_history_series(NULL, history, DIGITNET_METRIC_SECONDS)[0];
    digitnet_history_free(history);
    return seconds;
}

static void warm_up(const bench_work *work) {
    enum { BATCHES = 20 };
    size_t count = BATCHES * work->batch < work->images ? BATCHES * work->batch : work->images;
    digitnet_dataset *part = NULL;
    bench_check(digitnet_dataset_slice(&part, work->dataset, 0, count), "digitnet_dataset_slice");
    train(work, part);
    digitnet_dataset_free(part);
}

static void measure(bench_report *report, const bench_settings *settings, const bench_work *work) {
    double *rates = bench_allocate(settings->rounds, sizeof *rates);
    double *peaks = bench_allocate(settings->rounds, sizeof *peaks);
    double *shares = bench_allocate(settings->rounds, sizeof *shares);
    double flop = bench_training_flop(work->model);
    warm_up(work);
    for (size_t round = 0; round < settings->rounds; round++) {
        peaks[round] = bench_sgemm_peak(work->threads);
        rates[round] = (double)work->images / train(work, work->dataset);
        shares[round] = 100 * rates[round] * flop / 1e9 / peaks[round];
    }
    double rate = bench_median(rates, settings->rounds);
    BENCH_ROW(report, bench_text("network", settings->network), bench_text("shape", settings->shape_text),
              bench_number("width", (double)work->width, 0), bench_number("depth", (double)work->depth, 0),
              bench_number("images", (double)work->images, 0), bench_number("batch", (double)work->batch, 0),
              bench_number("threads", (double)work->threads, 0), bench_number("images_per_second", rate, 0),
              bench_number("microseconds_per_image", 1e6 / rate, 2), bench_number("mflop_per_image", flop / 1e6, 2),
              bench_number("gflops", rate * flop / 1e9, 1),
              bench_number("sgemm_gflops", bench_median(peaks, settings->rounds), 1),
              bench_number("percent_of_sgemm", bench_median(shares, settings->rounds), 1));
    free(shares);
    free(peaks);
    free(rates);
}

static digitnet_model *build(const bench_settings *settings, const bench_work *work) {
    return strcmp(settings->network, "seed") == 0 ? bench_network_build(settings->shape, work->width, work->depth)
                                                  : bench_network_named(settings->network);
}

static void measure_network(bench_report *report, const bench_settings *settings, bench_work *work) {
    for (size_t i = 0; i < settings->batches.count; i++) {
        for (size_t j = 0; j < settings->threads.count; j++) {
            work->batch = settings->batches.values[i];
            work->threads = settings->threads.values[j];
            work->model = build(settings, work);
            bench_network_compile(work->model);
            measure(report, settings, work);
            digitnet_model_free(work->model);
        }
    }
}

int main(int argc, char **argv) {
    (void)argc;
    bench_settings settings = read_settings(argv);
    bench_report report;
    bench_report_begin(&report, settings.json);
    for (size_t i = 0; i < settings.images.count; i++) {
        bench_work work = {.images = settings.images.values[i]};
        digitnet_dataset *digits = bench_digits(settings.data, work.images, settings.shape);
        work.dataset = digits;
        for (size_t j = 0; j < settings.widths.count; j++) {
            for (size_t k = 0; k < settings.depths.count; k++) {
                work.width = settings.widths.values[j];
                work.depth = settings.depths.values[k];
                measure_network(&report, &settings, &work);
            }
        }
        digitnet_dataset_free(digits);
    }
    bench_report_end(&report);
    return 0;
}
