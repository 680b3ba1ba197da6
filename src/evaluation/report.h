/* Counts of what a classifier answers, from which all figures of a report follow. */
#ifndef DNN_EVALUATION_REPORT_H
#define DNN_EVALUATION_REPORT_H

#include "digitnet/report.h"

typedef struct digitnet__report_bin {
    size_t count, right;
    double score_sum;
} digitnet__report_bin;

struct digitnet_report {
    size_t classes, top_k, bin_count;
    double confidence;
    size_t count, right, top_k_right;
    size_t *confusion; /* classes x classes; rows are what images are, columns what they are taken for */
    digitnet__report_bin *bins;
};

/* Checks options that have been read, and fills in the defaults. `caller` is for messages. */
digitnet_status digitnet__report_options_check(digitnet_report_options *options, size_t classes, const char *caller);
/* Without images. The options are checked. */
digitnet_status digitnet__report_create(digitnet_report **out, size_t classes, const digitnet_report_options *options);
/* One image of this class. */
void digitnet__report_add(digitnet_report *report, const float *scores, size_t outputs, size_t label);

/* Of a report with images. */
digitnet_report_info digitnet__report_figures(const digitnet_report *report);
digitnet_class_info digitnet__report_class(const digitnet_report *report, size_t index);

/* Checks the confidence of intervals, and fills in the default. */
digitnet_status digitnet__confidence_check(double *confidence, const char *caller);
/* As digitnet_wilson_interval(), of numbers in their range. */
void digitnet__wilson(double *low, double *high, size_t successes, size_t trials, double confidence);

#endif
