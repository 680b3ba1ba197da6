/* Predictions through the public functions: throughput of sessions, latency of one image, and how soon a new process
 * has its first prediction. */
#include "bench.h"
#include "bench_network.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char usage[] =
    "usage: bench_predict [OPTION...]\n"
    "Predicts digits with MNIST's network, or another one. Options with a list (1,2,4) measure every combination.\n"
    "  --batch LIST      images in a call, for the throughput (1,8,32,256)\n"
    "  --threads LIST    of the sessions, for the throughput (1,2)\n"
    "  --network NAME    seed, best, resnet20 or mobile (seed)\n"
    "  --save FILE.onnx  writes the network, and measures nothing\n"
    "  --data FOLDER     with MNIST's files (the tests' small set)\n"
    "  --rounds N        that the medians of the throughput are taken over (5)\n"
    "  --milliseconds N  of work in a round, and four times as many for each latency (250)\n"
    "  --json            results as JSON\n";

enum { CLASSES = 10 };

extern char **environ;

typedef struct bench_settings {
    bench_sizes batches, threads;
    const char *network, *save, *data, *first_prediction;
    size_t rounds, milliseconds;
    bool json;
} bench_settings;

typedef struct bench_images {
    size_t pixels; /* of one */
    size_t count;  /* as many as the largest batch, and no fewer than 64 */
    float *values, *scores;
} bench_images;

/* Loads the model and predicts with it: what a program does that has just begun, and then writes a byte to its output.
 */
static int first_prediction(const char *path) {
    digitnet_model *model = NULL;
    bench_check(digitnet_model_load(&model, path), path);
    bench_shape shape = bench_network_shape(model);
    size_t pixels = shape.height * shape.width * shape.channels;
    float *image = bench_allocate(pixels, sizeof *image), scores[CLASSES];
    memset(image, 0, pixels * sizeof *image);
    bench_check(digitnet_model_predict(scores, CLASSES, model, image, pixels), "digitnet_model_predict");
    putchar('.');
    free(image);
    digitnet_model_free(model);
    return 0;
}

static bench_settings read_settings(char **arguments) {
    bench_settings settings = {
        .network = "seed",
        .batches = {4, {1, 8, 32, 256}},
        .threads = {2, {1, 2}},
        .rounds = 5,
        .milliseconds = 250,
    };
    const bench_option options[] = {
        {"--batch", BENCH_SIZES, &settings.batches},
        {"--threads", BENCH_SIZES, &settings.threads},
        {"--network", BENCH_TEXT, &settings.network},
        {"--save", BENCH_TEXT, &settings.save},
        {"--data", BENCH_TEXT, &settings.data},
        {"--rounds", BENCH_SIZE, &settings.rounds},
        {"--milliseconds", BENCH_SIZE, &settings.milliseconds},
        {"--json", BENCH_FLAG, &settings.json},
        {"--first-prediction", BENCH_TEXT, &settings.first_prediction},
    };
    bench_read_options(arguments, usage, options, sizeof options / sizeof *options);
    return settings;
}

static bench_images read_images(const bench_settings *settings, bench_shape shape) {
    bench_images images = {.pixels = shape.height * shape.width * shape.channels, .count = 64};
    for (size_t i = 0; i < settings->batches.count; i++)
        images.count = settings->batches.values[i] > images.count ? settings->batches.values[i] : images.count;
    images.values = bench_allocate(images.count, images.pixels * sizeof(float));
    images.scores = bench_allocate(images.count, CLASSES * sizeof(float));
    digitnet_dataset *digits = bench_digits(settings->data, images.count, shape);
    bench_check(digitnet_dataset_read(images.values, images.count * images.pixels, NULL, 0, digits, 0, images.count),
                "digitnet_dataset_read");
    digitnet_dataset_free(digits);
    return images;
}

static digitnet_session *create_session(const digitnet_model *model, size_t batch, size_t threads) {
    digitnet_session *session = NULL;
    bench_check(digitnet_session_create(
                    &session, model, DIGITNET_WITH(digitnet_session_options, .batch_size = batch, .threads = threads)),
                "digitnet_session_create");
    return session;
}

/* Images a second in calls of `batch` for so many seconds. */
static double throughput(digitnet_session *session, const bench_images *images, size_t batch, double seconds) {
    size_t calls = 0;
    double start = bench_now(), elapsed;
    do {
        bench_check(
            digitnet_session_run(images->scores, batch * CLASSES, session, images->values, batch * images->pixels),
            "digitnet_session_run");
        calls++;
        elapsed = bench_now() - start;
    } while (elapsed < seconds);
    return (double)(calls * batch) / elapsed;
}

static void measure_throughput(bench_report *report, const bench_settings *settings, const digitnet_model *model,
                               const bench_images *images, size_t batch, size_t threads) {
    double *rates = bench_allocate(settings->rounds, sizeof *rates);
    double *peaks = bench_allocate(settings->rounds, sizeof *peaks);
    double *shares = bench_allocate(settings->rounds, sizeof *shares);
    double flop = bench_forward_flop(model), seconds = 1e-3 * (double)settings->milliseconds;
    digitnet_session *session = create_session(model, batch, threads);
    throughput(session, images, batch, seconds / 5);
    for (size_t round = 0; round < settings->rounds; round++) {
        peaks[round] = bench_sgemm_peak(threads);
        rates[round] = throughput(session, images, batch, seconds);
        shares[round] = 100 * rates[round] * flop / 1e9 / peaks[round];
    }
    double rate = bench_median(rates, settings->rounds);
    BENCH_ROW(report, bench_text("measure", "throughput"), bench_number("batch", (double)batch, 0),
              bench_number("threads", (double)threads, 0), bench_number("images_per_second", rate, 0),
              bench_number("microseconds_per_image", 1e6 / rate, 2), bench_number("gflops", rate * flop / 1e9, 1),
              bench_number("sgemm_gflops", bench_median(peaks, settings->rounds), 1),
              bench_number("percent_of_sgemm", bench_median(shares, settings->rounds), 1));
    digitnet_session_free(session);
    free(shares);
    free(peaks);
    free(rates);
}

/* One image a call, each call timed; by the model itself where there is no session. */
static void measure_latency(bench_report *report, const bench_settings *settings, const digitnet_model *model,
                            digitnet_session *session, const bench_images *images) {
    enum { MOST_CALLS = 100000, WARM_UP = 50 };
    double *times = bench_allocate(MOST_CALLS, sizeof *times);
    double end = bench_now() + 4e-3 * (double)settings->milliseconds;
    size_t calls = 0;
    for (size_t i = 0; calls < MOST_CALLS && (calls == 0 || bench_now() < end); i++) {
        const float *image = images->values + i % images->count * images->pixels;
        double start = bench_now();
        bench_check(session ? digitnet_session_run(images->scores, CLASSES, session, image, images->pixels)
                            : digitnet_model_predict(images->scores, CLASSES, model, image, images->pixels),
                    "one prediction");
        double time = bench_now() - start;
        if (i >= WARM_UP)
            times[calls++] = 1e6 * time;
    }
    BENCH_ROW(report, bench_text("measure", session ? "session" : "predict"), bench_number("calls", (double)calls, 0),
              bench_number("p50_us", bench_percentile(times, calls, 50), 1),
              bench_number("p90_us", bench_percentile(times, calls, 90), 1),
              bench_number("p99_us", bench_percentile(times, calls, 99), 1));
    free(times);
}

/* Seconds from before a process is made until it has predicted. */
static double start_once(const char *path) {
    int ends[2];
    posix_spawn_file_actions_t actions;
    char *arguments[] = {(char[]){"bench_predict"}, (char[]){"--first-prediction"}, NULL, NULL};
    char own_path[4096], byte;
    snprintf(own_path, sizeof own_path, "%s", path);
    arguments[2] = own_path;
    if (pipe(ends) != 0 || posix_spawn_file_actions_init(&actions) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) != 0 ||
        posix_spawn_file_actions_addclose(&actions, ends[0]) != 0)
        bench_fail("no pipe to a new process");
    pid_t child;
    double start = bench_now();
    if (posix_spawn(&child, "/proc/self/exe", &actions, NULL, arguments, environ) != 0)
        bench_fail("no new process");
    close(ends[1]);
    bool done = read(ends[0], &byte, 1) == 1;
    double seconds = bench_now() - start;
    waitpid(child, NULL, 0);
    close(ends[0]);
    posix_spawn_file_actions_destroy(&actions);
    if (!done)
        bench_fail("the new process made no prediction");
    return seconds;
}

static void measure_start(bench_report *report, const bench_settings *settings, const digitnet_model *model) {
    const char *folder = getenv("TMPDIR");
    char path[4096];
    snprintf(path, sizeof path, "%s/bench_predict.XXXXXX", folder ? folder : "/tmp");
    if (!mkdtemp(path))
        bench_fail("no folder %s", path);
    size_t length = strlen(path), count = 4 * settings->rounds;
    snprintf(path + length, sizeof path - length, "/model.onnx");
    bench_check(digitnet_model_save(model, path), "digitnet_model_save");
    double *times = bench_allocate(count, sizeof *times);
    for (size_t i = 0; i < count; i++)
        times[i] = 1e3 * start_once(path);
    BENCH_ROW(report, bench_text("measure", "start"), bench_number("starts", (double)count, 0),
              bench_number("p50_ms", bench_median(times, count), 2),
              bench_number("p90_ms", bench_percentile(times, count, 90), 2));
    free(times);
    unlink(path);
    path[length] = '\0';
    rmdir(path);
}

static void measure(const bench_settings *settings, const digitnet_model *model) {
    bench_images images = read_images(settings, bench_network_shape(model));
    bench_report report;
    bench_report_begin(&report, settings->json);
    for (size_t i = 0; i < settings->batches.count; i++) {
        for (size_t j = 0; j < settings->threads.count; j++) {
            measure_throughput(&report, settings, model, &images, settings->batches.values[i],
                               settings->threads.values[j]);
        }
    }
    digitnet_session *session = create_session(model, 1, 1);
    measure_latency(&report, settings, model, session, &images);
    measure_latency(&report, settings, model, NULL, &images);
    measure_start(&report, settings, model);
    bench_report_end(&report);
    digitnet_session_free(session);
    free(images.scores);
    free(images.values);
}

int main(int argc, char **argv) {
    (void)argc;
    bench_settings settings = read_settings(argv);
    if (settings.first_prediction)
        return first_prediction(settings.first_prediction);
    digitnet_model *model = bench_network_named(settings.network);
    bench_network_compile(model);
    if (settings.save)
        bench_check(digitnet_model_save(model, settings.save), settings.save);
    else
        measure(&settings, model);
    digitnet_model_free(model);
    return 0;
}
