#include "evaluation/report.h"

#include "core/call.h"
#include "core/memory.h"
#include "core/number.h"
#include "core/options.h"
#include "core/status.h"
#include "training/losses.h"

#include <math.h>

enum { DEFAULT_TOP_K = 5, DEFAULT_BINS = 15, MOST_BINS = 10000 };

/* ---- Making one ---- */

digitnet_status digitnet__report_options_check(digitnet_report_options *options, size_t classes, const char *caller) {
    if (options->bins > MOST_BINS)
        return digitnet__fail(DIGITNET_EINVAL, "%s: bins is %zu; it must be at most %d", caller, options->bins,
                              MOST_BINS);
    if (options->top_k > classes)
        return digitnet__fail(DIGITNET_EINVAL, "%s: top_k is %zu; there are %zu classes", caller, options->top_k,
                              classes);
    DNN_TRY(digitnet__confidence_check(&options->confidence, caller));
    if (options->bins == 0)
        options->bins = DEFAULT_BINS;
    if (options->top_k == 0)
        options->top_k = classes < DEFAULT_TOP_K ? classes : DEFAULT_TOP_K;
    return DIGITNET_OK;
}

digitnet_status digitnet__report_create(digitnet_report **out, size_t classes, const digitnet_report_options *options) {
    digitnet_report *report = digitnet__allocate(sizeof *report);
    if (!report)
        return DIGITNET_ENOMEM;
    *report = (digitnet_report){
        .classes = classes, .top_k = options->top_k, .bin_count = options->bins, .confidence = options->confidence};
    report->bins = digitnet__allocate_zeroed_array(options->bins, sizeof *report->bins);
    size_t bytes;
    if (digitnet__size_multiply(&bytes, classes, sizeof *report->confusion))
        report->confusion = digitnet__allocate_zeroed_array(classes, bytes);
    if (!report->bins || !report->confusion) {
        digitnet_report_free(report);
        return DIGITNET_ENOMEM;
    }
    *out = report;
    return DIGITNET_OK;
}

void digitnet_report_free(digitnet_report *report) {
    if (!report)
        return;
    digitnet__release(report->bins);
    digitnet__release(report->confusion);
    digitnet__release(report);
}

/* How many classes come before this one, in the order of their scores: of those alike the first does. */
static size_t rank_of(const float *scores, size_t count, size_t label) {
    size_t rank = 0;
    for (size_t i = 0; i < count; i++)
        rank += scores[i] > scores[label] || (i < label && scores[i] == scores[label]);
    return rank;
}

/* Bin m of M has the scores in (m / M, (m + 1) / M]. */
static digitnet__report_bin *bin_of(const digitnet_report *report, double score) {
    double place = ceil(score * (double)report->bin_count) - 1;
    double last = (double)(report->bin_count - 1);
    return &report->bins[(size_t)fmin(fmax(place, 0), last)];
}

void digitnet__report_add(digitnet_report *report, const float *scores, size_t outputs, size_t label) {
    const float both[2] = {1 - scores[0], scores[0]};
    if (outputs == 1)
        scores = both;
    size_t answer = digitnet__index_of_largest(scores, report->classes);
    bool right = answer == label;
    digitnet__report_bin *bin = bin_of(report, (double)scores[answer]);
    report->confusion[label * report->classes + answer]++;
    report->count++;
    report->right += right;
    report->top_k_right += rank_of(scores, report->classes, label) < report->top_k;
    bin->count++;
    bin->right += right;
    bin->score_sum += (double)scores[answer];
}

static digitnet_status check_image(const float *scores, int32_t label, size_t image, size_t outputs,
                                   const char *caller) {
    for (size_t i = 0; i < outputs; i++)
        if (!(scores[i] >= 0 && scores[i] <= 1))
            return digitnet__fail(DIGITNET_EINVAL, "%s: image %zu, score %zu is %s; it must be in [0, 1]", caller,
                                  image, i, digitnet__number_text((double)scores[i]).text);
    if (label < 0 || (size_t)label >= digitnet__classes_of(outputs))
        return digitnet__fail(DIGITNET_EINVAL, "%s: image %zu has label %d; there are %zu classes", caller, image,
                              (int)label, digitnet__classes_of(outputs));
    return DIGITNET_OK;
}

static digitnet_status check_and_create(digitnet_report **out, const float *scores, const int32_t *labels, size_t count,
                                        size_t outputs, const digitnet_report_options *options) {
    static const char caller[] = "digitnet_report_create";
    digitnet_report_options own = {0};
    if (!out)
        return digitnet__fail(DIGITNET_EINVAL, "%s: out is NULL", caller);
    *out = NULL;
    DNN_TRY(DNN_OPTIONS_READ(&own, options, digitnet_report_options, confidence));
    if (!scores || !labels)
        return digitnet__fail(DIGITNET_EINVAL, "%s: %s is NULL", caller, scores ? "labels" : "scores");
    if (!count || !outputs)
        return digitnet__fail(DIGITNET_EINVAL, "%s: %s is 0", caller, count ? "outputs" : "count");
    size_t bytes;
    if (!digitnet__size_product(&bytes, (size_t[]){count, outputs, sizeof *scores}, 3))
        return digitnet__fail(DIGITNET_ELIMIT, "%s: the size of %zu x %zu scores overflows", caller, count, outputs);
    DNN_TRY(digitnet__report_options_check(&own, digitnet__classes_of(outputs), caller));
    for (size_t i = 0; i < count; i++)
        DNN_TRY(check_image(scores + i * outputs, labels[i], i, outputs, caller));
    DNN_TRY(digitnet__report_create(out, digitnet__classes_of(outputs), &own));
    for (size_t i = 0; i < count; i++)
        digitnet__report_add(*out, scores + i * outputs, outputs, (size_t)labels[i]);
    return DIGITNET_OK;
}

digitnet_status digitnet_report_create(digitnet_report **out, const float *scores, const int32_t *labels, size_t count,
                                       size_t outputs, const digitnet_report_options *options) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, check_and_create(out, scores, labels, count, outputs, options));
}

/* ---- Reading one ---- */

/* 0 where there is nothing to divide by. */
static double quotient(size_t part, size_t whole) {
    return whole ? (double)part / (double)whole : 0;
}

digitnet_class_info digitnet__report_class(const digitnet_report *report, size_t index) {
    digitnet_class_info info = {.struct_size = sizeof info};
    for (size_t i = 0; i < report->classes; i++) {
        info.count += report->confusion[index * report->classes + i];
        info.predicted += report->confusion[i * report->classes + index];
    }
    info.right = report->confusion[index * report->classes + index];
    info.precision = quotient(info.right, info.predicted);
    info.recall = quotient(info.right, info.count);
    info.f1 = quotient(2 * info.right, info.count + info.predicted);
    return info;
}

static double calibration_error(const digitnet_report *report) {
    double sum = 0;
    for (size_t i = 0; i < report->bin_count; i++)
        sum += fabs((double)report->bins[i].right - report->bins[i].score_sum);
    return sum / (double)report->count;
}

/* The means over the classes. */
static void add_classes(digitnet_report_info *info, const digitnet_report *report) {
    size_t present = 0;
    for (size_t i = 0; i < report->classes; i++) {
        const digitnet_class_info one = digitnet__report_class(report, i);
        double weight = quotient(one.count, report->count);
        present += one.count + one.predicted > 0;
        info->macro_precision += one.precision;
        info->macro_recall += one.recall;
        info->macro_f1 += one.f1;
        info->weighted_precision += weight * one.precision;
        info->weighted_recall += weight * one.recall;
        info->weighted_f1 += weight * one.f1;
    }
    info->macro_precision /= (double)present;
    info->macro_recall /= (double)present;
    info->macro_f1 /= (double)present;
}

digitnet_report_info digitnet__report_figures(const digitnet_report *report) {
    digitnet_report_info info = {.struct_size = sizeof info,
                                 .count = report->count,
                                 .right = report->right,
                                 .classes = report->classes,
                                 .top_k = report->top_k,
                                 .bins = report->bin_count,
                                 .accuracy = quotient(report->right, report->count),
                                 .confidence = report->confidence,
                                 .top_k_accuracy = quotient(report->top_k_right, report->count),
                                 .calibration_error = calibration_error(report)};
    digitnet__wilson(&info.accuracy_low, &info.accuracy_high, report->right, report->count, report->confidence);
    add_classes(&info, report);
    return info;
}

static digitnet_status describe(digitnet_report_info *out, const digitnet_report *report) {
    DNN_TRY(DNN_RESULT_CHECK(out, digitnet_report_info, weighted_f1));
    if (!report)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_report_describe: report is NULL");
    const digitnet_report_info info = digitnet__report_figures(report);
    digitnet__result_write(out, &info, sizeof info);
    return DIGITNET_OK;
}

digitnet_status digitnet_report_describe(digitnet_report_info *out, const digitnet_report *report) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, describe(out, report));
}

static digitnet_status check_place(const digitnet_report *report, size_t index, bool bin) {
    const char *what = bin ? "bin" : "class";
    if (!report)
        return digitnet__fail(DIGITNET_EINVAL, "digitnet_report_describe_%s: report is NULL", what);
    size_t count = bin ? report->bin_count : report->classes;
    if (index >= count)
        return digitnet__fail(DIGITNET_ENOTFOUND, "digitnet_report_describe_%s: there is no %s %zu, of %zu", what, what,
                              index, count);
    return DIGITNET_OK;
}

static digitnet_status describe_class(digitnet_class_info *out, const digitnet_report *report, size_t index) {
    DNN_TRY(DNN_RESULT_CHECK(out, digitnet_class_info, f1));
    DNN_TRY(check_place(report, index, false));
    const digitnet_class_info info = digitnet__report_class(report, index);
    digitnet__result_write(out, &info, sizeof info);
    return DIGITNET_OK;
}

digitnet_status digitnet_report_describe_class(digitnet_class_info *out, const digitnet_report *report, size_t index) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, describe_class(out, report, index));
}

static digitnet_status describe_bin(digitnet_bin_info *out, const digitnet_report *report, size_t index) {
    DNN_TRY(DNN_RESULT_CHECK(out, digitnet_bin_info, accuracy));
    DNN_TRY(check_place(report, index, true));
    const digitnet__report_bin *bin = &report->bins[index];
    const digitnet_bin_info info = {.struct_size = sizeof info,
                                    .count = bin->count,
                                    .low = quotient(index, report->bin_count),
                                    .high = quotient(index + 1, report->bin_count),
                                    .score = bin->count ? bin->score_sum / (double)bin->count : 0,
                                    .accuracy = quotient(bin->right, bin->count)};
    digitnet__result_write(out, &info, sizeof info);
    return DIGITNET_OK;
}

digitnet_status digitnet_report_describe_bin(digitnet_bin_info *out, const digitnet_report *report, size_t index) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, describe_bin(out, report, index));
}

const size_t *digitnet_report_confusion(size_t *classes, const digitnet_report *report) {
    if (classes)
        *classes = report ? report->classes : 0;
    return report ? report->confusion : NULL;
}
