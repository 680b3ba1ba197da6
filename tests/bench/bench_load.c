/* What other work on the same processors costs: a fit, its threads bound to processors or not, and single images in
 * sessions, alone and beside processes that never sleep. */
#define _GNU_SOURCE /* sched_setaffinity */
#include "bench.h"
#include "bench_network.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char usage[] =
    "usage: bench_load [OPTION...]\n"
    "MNIST's network beside busy processes, each bound to one processor, from the last one on. Every measurement is\n"
    "also made without them, in turn.\n"
    "  --threads LIST    of a fit, and that have a session each (1,2,4)\n"
    "  --busy N          processes (1)\n"
    "  --images N        images in an epoch, in batches of 32 (12800)\n"
    "  --milliseconds N  that sessions run (2000)\n"
    "  --rounds N        that the medians are taken over (5)\n"
    "  --json            results as JSON\n";

enum { PIXELS = 28 * 28, CLASSES = 10, IMAGES = 64, BATCH_SIZE = 32, MOST_BUSY = 64, MOST_CALLS = 1000000 };

typedef struct bench_settings {
    bench_sizes threads;
    size_t busy, images, milliseconds, rounds;
    bool json;
} bench_settings;

static bench_settings read_settings(char **arguments) {
    bench_settings settings = {
        .threads = {3, {1, 2, 4}}, .busy = 1, .images = 12800, .milliseconds = 2000, .rounds = 5};
    const bench_option options[] = {
        {"--threads", BENCH_SIZES, &settings.threads}, {"--busy", BENCH_SIZE, &settings.busy},
        {"--images", BENCH_SIZE, &settings.images},    {"--milliseconds", BENCH_SIZE, &settings.milliseconds},
        {"--rounds", BENCH_SIZE, &settings.rounds},    {"--json", BENCH_FLAG, &settings.json},
    };
    bench_read_options(arguments, usage, options, sizeof options / sizeof *options);
    if (settings.busy > MOST_BUSY)
        bench_fail("--busy is %zu; the limit is %d", settings.busy, MOST_BUSY);
    return settings;
}

/* ---- Busy processes ---- */

typedef struct load {
    size_t count;
    pid_t processes[MOST_BUSY];
} load;

/* The processor that is `from_end` before the last of those that this process may use, from the last again after the
 * first. */
static int processor_from_end(size_t from_end) {
    cpu_set_t usable;
    if (sched_getaffinity(0, sizeof usable, &usable) != 0)
        bench_fail("the processors are not known");
    size_t left = from_end % (size_t)CPU_COUNT(&usable);
    for (int i = CPU_SETSIZE - 1; i >= 0; i--)
        if (CPU_ISSET(i, &usable) && left-- == 0)
            return i;
    return 0;
}

static pid_t start_busy(int processor) {
    pid_t process = fork();
    if (process < 0)
        bench_fail("no new process");
    if (process > 0)
        return process;
    cpu_set_t own;
    CPU_ZERO(&own);
    CPU_SET(processor, &own);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (sched_setaffinity(0, sizeof own, &own) != 0)
        _exit(1);
    for (volatile unsigned long i = 0;; i++)
        ;
}

static load begin_load(size_t count) {
    load own = {.count = count};
    for (size_t i = 0; i < count; i++)
        own.processes[i] = start_busy(processor_from_end(i));
    return own;
}

static void end_load(const load *own) {
    for (size_t i = 0; i < own->count; i++) {
        kill(own->processes[i], SIGKILL);
        waitpid(own->processes[i], NULL, 0);
    }
}

/* ---- A fit ---- */

static double epoch_seconds(digitnet_model *model, const digitnet_dataset *digits, size_t threads, bool bound) {
    double start = bench_now();
    bench_check(digitnet_model_fit(model, digits,
                                   DIGITNET_WITH(digitnet_fit_options, .batch_size = BATCH_SIZE, .threads = threads,
                                                 .bind_threads = bound)),
                "digitnet_model_fit");
    return bench_now() - start;
}

static void measure_fit(bench_report *report, const bench_settings *settings, digitnet_model *model, size_t threads) {
    digitnet_dataset *digits = bench_digits(NULL, settings->images, (bench_shape){28, 28, 1});
    double *rates[4];
    for (size_t i = 0; i < 4; i++)
        rates[i] = bench_allocate(settings->rounds, sizeof **rates);
    epoch_seconds(model, digits, threads, false);
    for (size_t round = 0; round < settings->rounds; round++) {
        for (size_t i = 0; i < 4; i++) {
            load busy = begin_load(i % 2 ? settings->busy : 0);
            rates[i][round] = (double)settings->images / epoch_seconds(model, digits, threads, i >= 2);
            end_load(&busy);
        }
    }
    for (size_t i = 0; i < 4; i++) {
        BENCH_ROW(report, bench_text("measure", "fit"), bench_number("threads", (double)threads, 0),
                  bench_text("bound", i >= 2 ? "yes" : "no"),
                  bench_number("busy", (double)(i % 2 ? settings->busy : 0), 0),
                  bench_number("images_per_second", bench_median(rates[i], settings->rounds), 0));
        free(rates[i]);
    }
    digitnet_dataset_free(digits);
}

/* ---- Sessions ---- */

/* A thread with a session of its own. */
typedef struct server {
    pthread_t thread;
    digitnet_session *session;
    const float *images;
    double end, *times; /* of each call, in microseconds */
    size_t calls;
} server;

static void *serve(void *context) {
    server *own = context;
    float scores[CLASSES];
    double start = bench_now();
    for (size_t i = 0; start < own->end && own->calls < MOST_CALLS; i++) {
        bench_check(digitnet_session_run(scores, CLASSES, own->session, own->images + i % IMAGES * PIXELS, PIXELS),
                    "digitnet_session_run");
        double now = bench_now();
        own->times[own->calls++] = 1e6 * (now - start);
        start = now;
    }
    return NULL;
}

static void report_sessions(bench_report *report, const bench_settings *settings, server *servers, size_t threads,
                            size_t busy, double *times) {
    size_t calls = 0;
    for (size_t i = 0; i < threads; i++)
        for (size_t k = 0; k < servers[i].calls; k++)
            times[calls++] = servers[i].times[k];
    BENCH_ROW(report, bench_text("measure", "sessions"), bench_number("threads", (double)threads, 0),
              bench_number("busy", (double)busy, 0),
              bench_number("images_per_second", 1e3 * (double)calls / (double)settings->milliseconds, 0),
              bench_number("p50_us", bench_percentile(times, calls, 50), 1),
              bench_number("p99_us", bench_percentile(times, calls, 99), 1),
              bench_number("p99.9_us", bench_percentile(times, calls, 99.9), 1));
}

static void measure_sessions(bench_report *report, const bench_settings *settings, const digitnet_session *session,
                             const float *images, size_t threads, size_t busy) {
    server *servers = bench_allocate(threads, sizeof *servers);
    double *times = bench_allocate(threads * MOST_CALLS, sizeof *times);
    load others = begin_load(busy);
    double end = bench_now() + 1e-3 * (double)settings->milliseconds;
    for (size_t i = 0; i < threads; i++) {
        servers[i] = (server){.images = images, .end = end, .times = bench_allocate(MOST_CALLS, sizeof *times)};
        bench_check(digitnet_session_clone(&servers[i].session, session), "digitnet_session_clone");
        if (pthread_create(&servers[i].thread, NULL, serve, &servers[i]) != 0)
            bench_fail("no new thread");
    }
    for (size_t i = 0; i < threads; i++)
        pthread_join(servers[i].thread, NULL);
    end_load(&others);
    report_sessions(report, settings, servers, threads, busy, times);
    for (size_t i = 0; i < threads; i++) {
        digitnet_session_free(servers[i].session);
        free(servers[i].times);
    }
    free(times);
    free(servers);
}

static void measure(const bench_settings *settings, digitnet_model *model) {
    float *images = bench_allocate(IMAGES, PIXELS * sizeof(float));
    digitnet_dataset *digits = bench_digits(NULL, IMAGES, (bench_shape){28, 28, 1});
    digitnet_session *session;
    bench_report report;
    bench_check(digitnet_dataset_read(images, IMAGES * PIXELS, NULL, 0, digits, 0, IMAGES), "digitnet_dataset_read");
    bench_check(digitnet_session_create(&session, model, DIGITNET_WITH(digitnet_session_options, .batch_size = 1)),
                "digitnet_session_create");
    bench_report_begin(&report, settings->json);
    for (size_t i = 0; i < settings->threads.count; i++)
        for (size_t busy = 0; busy <= settings->busy; busy += settings->busy)
            measure_sessions(&report, settings, session, images, settings->threads.values[i], busy);
    for (size_t i = 0; i < settings->threads.count; i++)
        measure_fit(&report, settings, model, settings->threads.values[i]);
    bench_report_end(&report);
    digitnet_session_free(session);
    digitnet_dataset_free(digits);
    free(images);
}

int main(int argc, char **argv) {
    (void)argc;
    bench_settings settings = read_settings(argv);
    digitnet_model *model = bench_network_named("seed");
    bench_network_compile(model);
    measure(&settings, model);
    digitnet_model_free(model);
    return 0;
}
