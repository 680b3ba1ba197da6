#include "bench.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if DNN_OPENBLAS
#include <cblas.h>
#endif

double bench_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_percentile(double *values, size_t count, double percent) {
    qsort(values, count, sizeof *values, compare);
    size_t rank = (size_t)ceil(percent / 100 * (double)count);
    return values[rank > 0 ? rank - 1 : 0];
}

double bench_median(double *values, size_t count) {
    return bench_percentile(values, count, 50);
}

#if DNN_OPENBLAS
double bench_sgemm_peak(size_t threads) {
    enum { SIZE = 1536, VALUES = SIZE * SIZE, REPEATS = 8 };
    static float *a, *b, *c; /* kept, so that later calls do not wait for new pages */
    if (!a) {
        a = bench_allocate(VALUES, sizeof *a);
        b = bench_allocate(VALUES, sizeof *b);
        c = bench_allocate(VALUES, sizeof *c);
        for (size_t i = 0; i < VALUES; i++) {
            a[i] = (float)(i % 7);
            b[i] = (float)(i % 11);
        }
    }
    int before = openblas_get_num_threads();
    openblas_set_num_threads((int)threads);
    double best = INFINITY;
    for (size_t repeat = 0; repeat < REPEATS; repeat++) {
        double start = bench_now();
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIZE, SIZE, SIZE, 1, a, SIZE, b, SIZE, 0, c, SIZE);
        best = fmin(best, bench_now() - start);
    }
    openblas_set_num_threads(before);
    /* Its threads keep spinning for a while after their work: not into the next measurement. */
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    return 2.0 * SIZE * SIZE * SIZE / best / 1e9;
}
#else
double bench_sgemm_peak(size_t threads) {
    (void)threads;
    return NAN;
}
#endif

bench_value bench_text(const char *name, const char *text) {
    return (bench_value){.name = name, .text = text};
}

bench_value bench_number(const char *name, double number, int decimals) {
    return (bench_value){.name = name, .number = number, .decimals = decimals};
}

void bench_report_begin(bench_report *report, bool json) {
    *report = (bench_report){.json = json};
    if (json)
        fputs("[", stdout);
}

static void print_json(const bench_report *report, const bench_value *values, size_t count) {
    printf("%s\n{", report->rows > 0 ? "," : "");
    for (size_t i = 0; i < count; i++) {
        printf("%s\"%s\": ", i > 0 ? ", " : "", values[i].name);
        if (values[i].text)
            printf("\"%s\"", values[i].text);
        else if (isfinite(values[i].number))
            printf("%.*f", values[i].decimals, values[i].number);
        else
            printf("null");
    }
    printf("}");
}

static int column_width(const char *name) {
    enum { LEAST = 8 };
    return strlen(name) > LEAST ? (int)strlen(name) : LEAST;
}

static bool has_new_names(const bench_report *report, const bench_value *values, size_t count) {
    if (report->rows == 0 || count != report->columns)
        return true;
    for (size_t i = 0; i < count; i++)
        if (strcmp(report->names[i], values[i].name) != 0)
            return true;
    return false;
}

static void print_head(bench_report *report, const bench_value *values, size_t count) {
    if (report->rows > 0)
        printf("\n");
    for (size_t i = 0; i < count; i++) {
        report->names[i] = values[i].name;
        printf("%s%*s", i > 0 ? "  " : "", column_width(values[i].name), values[i].name);
    }
    printf("\n");
    report->columns = count;
}

static void print_line(const bench_value *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        int width = column_width(values[i].name);
        printf("%s", i > 0 ? "  " : "");
        if (values[i].text || !isfinite(values[i].number))
            printf("%*s", width, values[i].text ? values[i].text : "-");
        else
            printf("%*.*f", width, values[i].decimals, values[i].number);
    }
    printf("\n");
}

void bench_report_row(bench_report *report, const bench_value *values, size_t count) {
    if (count > BENCH_MOST_VALUES)
        bench_fail("%zu values in a row; there is room for %d", count, BENCH_MOST_VALUES);
    if (report->json) {
        print_json(report, values, count);
    } else {
        if (has_new_names(report, values, count))
            print_head(report, values, count);
        print_line(values, count);
    }
    report->rows++;
    fflush(stdout);
}

void bench_report_end(bench_report *report) {
    if (report->json)
        puts("\n]");
}

static bool read_sizes(bench_sizes *out, const char *text) {
    *out = (bench_sizes){0};
    for (const char *rest = text; out->count < BENCH_MOST_SIZES; rest++) {
        char *end;
        errno = 0;
        unsigned long value = strtoul(rest, &end, 10);
        if (*rest < '0' || *rest > '9' || errno != 0 || value == 0)
            return false;
        out->values[out->count++] = value;
        rest = end;
        if (*rest != ',')
            return *rest == '\0';
    }
    return false;
}

static bool read_size(size_t *out, const char *text) {
    bench_sizes sizes;
    bool one = read_sizes(&sizes, text) && sizes.count == 1;
    *out = one ? sizes.values[0] : 0;
    return one;
}

static bool read_option(const bench_option *option, const char *argument) {
    switch (option->kind) {
    case BENCH_SIZES:
        return argument && read_sizes(option->target, argument);
    case BENCH_SIZE:
        return argument && read_size(option->target, argument);
    case BENCH_TEXT:
        *(const char **)option->target = argument;
        return argument;
    case BENCH_FLAG:
        *(bool *)option->target = true;
        return true;
    }
    return false;
}

static const bench_option *find_option(const bench_option *options, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(options[i].name, name) == 0)
            return &options[i];
    return NULL;
}

void bench_read_options(char **arguments, const char *usage, const bench_option *options, size_t count) {
    for (char **argument = arguments + 1; *argument; argument++) {
        if (strcmp(*argument, "--help") == 0) {
            fputs(usage, stdout);
            exit(0);
        }
        const bench_option *option = find_option(options, count, *argument);
        if (!option || !read_option(option, argument[1])) {
            fprintf(stderr, "%s: not understood: %s\n%s", arguments[0], *argument, usage);
            exit(2);
        }
        argument += option->kind != BENCH_FLAG;
    }
}

void bench_fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

void bench_check(digitnet_status status, const char *what) {
    if (status != DIGITNET_OK)
        bench_fail("%s: %s: %s", what, digitnet_status_string(status), digitnet_last_error());
}

void *bench_allocate(size_t count, size_t size) {
    void *memory = calloc(count, size);
    if (!memory)
        bench_fail("no memory for %zu values of %zu bytes", count, size);
    return memory;
}
