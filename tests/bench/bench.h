/* What the benchmarks share: clock, statistics, the machine's SGEMM peak, results as a table or as JSON, options. */
#ifndef DNN_BENCH_BENCH_H
#define DNN_BENCH_BENCH_H

#include "digitnet/status.h"

#include <stdbool.h>
#include <stddef.h>

/* Seconds of a clock that all processes of the machine share and nobody sets. */
double bench_now(void);

/* Both sort the values first. percent: 50 for the median, by the nearest rank. */
double bench_median(double *values, size_t count);
double bench_percentile(double *values, size_t count, double percent);

/* GFLOP/s of OpenBLAS's product of two 1536 x 1536 matrices, the best of a few: what this machine can do. NaN in builds
 * without OpenBLAS. */
double bench_sgemm_peak(size_t threads);

/* One cell of a result: a text, or a number with so many decimals (NaN: unknown). */
typedef struct bench_value {
    const char *name, *text;
    double number;
    int decimals;
} bench_value;

bench_value bench_text(const char *name, const char *text);
bench_value bench_number(const char *name, double number, int decimals);

enum { BENCH_MOST_VALUES = 16 };

/* Rows, written as they come: as a table whose head is repeated when the names change, or as a JSON array of objects.
 */
typedef struct bench_report {
    bool json;
    size_t rows, columns;
    const char *names[BENCH_MOST_VALUES];
} bench_report;

void bench_report_begin(bench_report *report, bool json);
void bench_report_row(bench_report *report, const bench_value *values, size_t count);
void bench_report_end(bench_report *report);

#define BENCH_ROW(report, ...)                                   \
    bench_report_row(report, (const bench_value[]){__VA_ARGS__}, \
                     sizeof((const bench_value[]){__VA_ARGS__}) / sizeof(bench_value))

enum { BENCH_MOST_SIZES = 16 };

/* The sizes that an option lists, for example 1,2,4. */
typedef struct bench_sizes {
    size_t count, values[BENCH_MOST_SIZES];
} bench_sizes;

typedef enum bench_option_kind {
    BENCH_SIZES, /* target: bench_sizes */
    BENCH_SIZE,  /* size_t, above 0 */
    BENCH_TEXT,  /* const char * */
    BENCH_FLAG   /* bool; the option has no argument */
} bench_option_kind;

typedef struct bench_option {
    const char *name; /* "--threads" */
    bench_option_kind kind;
    void *target; /* keeps its default where the option is not given */
} bench_option;

/* Prints `usage` for --help; ends the program with it, exit code 2, for what is no such option. */
void bench_read_options(char **arguments, const char *usage, const bench_option *options, size_t count);

/* Ends the program with a message, exit code 1. The second does so where a call failed. */
_Noreturn void bench_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void bench_check(digitnet_status status, const char *what);
void *bench_allocate(size_t count, size_t size);

#endif
