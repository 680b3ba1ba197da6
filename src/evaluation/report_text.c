/* A report as tables. */
#include "core/call.h"
#include "core/status.h"
#include "core/text.h"
#include "evaluation/report.h"

enum { MOST_CLASSES = 32, NAME_WIDTH = 10, FIGURE_WIDTH = 11, COUNT_WIDTH = 9 };

static void put_row(digitnet__text *text, double precision, double recall, double f1, size_t count) {
    digitnet__text_put_figure(text, FIGURE_WIDTH, precision);
    digitnet__text_put_figure(text, FIGURE_WIDTH, recall);
    digitnet__text_put_figure(text, FIGURE_WIDTH, f1);
    digitnet__text_put(text, "%*zu\n", COUNT_WIDTH, count);
}

static void put_classes(digitnet__text *text, const digitnet_report *report, const digitnet_report_info *info) {
    digitnet__text_put(text, "%*s%*s%*s%*s%*s\n", NAME_WIDTH, "class", FIGURE_WIDTH, "precision", FIGURE_WIDTH,
                       "recall", FIGURE_WIDTH, "F1", COUNT_WIDTH, "images");
    for (size_t i = 0; i < report->classes; i++) {
        const digitnet_class_info one = digitnet__report_class(report, i);
        digitnet__text_put(text, "%*zu", NAME_WIDTH, i);
        put_row(text, one.precision, one.recall, one.f1, one.count);
    }
    digitnet__text_put(text, "%*s", NAME_WIDTH, "macro");
    put_row(text, info->macro_precision, info->macro_recall, info->macro_f1, info->count);
    digitnet__text_put(text, "%*s", NAME_WIDTH, "weighted");
    put_row(text, info->weighted_precision, info->weighted_recall, info->weighted_f1, info->count);
}

static void put_total(digitnet__text *text, const digitnet_report_info *info) {
    digitnet__text_put(text, "%zu of %zu images are right: accuracy", info->right, info->count);
    digitnet__text_put_figure(text, 7, info->accuracy);
    digitnet__text_put(text, " (");
    digitnet__text_put_figure(text, 0, info->accuracy_low);
    digitnet__text_put(text, " to");
    digitnet__text_put_figure(text, 7, info->accuracy_high);
    digitnet__text_put(text, " with confidence");
    digitnet__text_put_figure(text, 7, info->confidence);
    digitnet__text_put(text, ")\ntop-%zu accuracy", info->top_k);
    digitnet__text_put_figure(text, 7, info->top_k_accuracy);
    digitnet__text_put(text, ", calibration error");
    digitnet__text_put_figure(text, 7, info->calibration_error);
    digitnet__text_put(text, "\n");
}

/* Columns as wide as the largest count. */
static void put_confusion(digitnet__text *text, const digitnet_report *report) {
    size_t largest = report->classes, width = 2;
    for (size_t i = 0; i < report->classes * report->classes; i++)
        largest = report->confusion[i] > largest ? report->confusion[i] : largest;
    for (; largest > 0; largest /= 10)
        width++;
    digitnet__text_put(text, "Rows: what images are; columns: what they are taken for\n%*s", NAME_WIDTH, "");
    for (size_t i = 0; i < report->classes; i++)
        digitnet__text_put(text, "%*zu", (int)width, i);
    for (size_t i = 0; i < report->classes * report->classes; i++) {
        if (i % report->classes == 0)
            digitnet__text_put(text, "\n%*zu", NAME_WIDTH, i / report->classes);
        digitnet__text_put(text, "%*zu", (int)width, report->confusion[i]);
    }
    digitnet__text_put(text, "\n");
}

static void put_report(digitnet__text *text, const void *object) {
    const digitnet_report *report = object;
    const digitnet_report_info info = digitnet__report_figures(report);
    put_total(text, &info);
    digitnet__text_put(text, "\n");
    put_classes(text, report, &info);
    if (report->classes <= MOST_CLASSES) {
        digitnet__text_put(text, "\n");
        put_confusion(text, report);
    }
}

static digitnet_status check_and_write(char *buffer, size_t capacity, size_t *needed, const digitnet_report *report) {
    static const char caller[] = "digitnet_report_text";
    if (!report || (!buffer && capacity))
        return digitnet__fail(DIGITNET_EINVAL, "%s: %s is NULL", caller, report ? "buffer" : "report");
    return digitnet__text_write(buffer, capacity, needed, put_report, report, caller);
}

digitnet_status digitnet_report_text(char *buffer, size_t capacity, size_t *needed, const digitnet_report *report) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, check_and_write(buffer, capacity, needed, report));
}
