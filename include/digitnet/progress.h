/**
 * @file progress.h
 * A progress bar for digitnet_model_fit(), compiled into the program: the library itself never prints.
 *
 *     status = digitnet_model_fit(
 *         model, train,
 *         DIGITNET_WITH(digitnet_fit_options, .history = &history, .epochs = 5, .validation = test,
 *                       DIGITNET_CALLBACKS(DIGITNET_CALLBACK(.call = digitnet_progress_print, .user_data = stderr))));
 *
 * On a terminal it draws a bar for each epoch, in place:
 *
 *     Epoch 1/5
 *     1080/1875 [=================>............] 3s left - loss: 0.1973 - accuracy: 0.9395
 *
 * with the figures below it where the line is too short, and elsewhere it prints a line for each finished epoch. A
 * warning that the fit begins with comes first, in a line of its own.
 * Numbers are written by printf(), so they follow the program's locale.
 */
#ifndef DIGITNET_PROGRESS_H
#define DIGITNET_PROGRESS_H

#include <stdio.h>
#include <string.h>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/ioctl.h>
#include <unistd.h>
#endif

#include "digitnet/training.h"

/* In C++ programs that are warned of C's casts, there are none here either. */
#ifdef __cplusplus
#define DIGITNET_PROGRESS_CAST_(type, value) static_cast<type>(value)
#else
#define DIGITNET_PROGRESS_CAST_(type, value) ((type)(value))
#endif

/* The terminal's columns; 0 where `file` is none. */
static inline int digitnet_progress_columns_(FILE *file) {
#if defined(__unix__) || defined(__APPLE__)
    /* fileno() is hidden from programs that ask for strict ISO C. */
#if defined(_POSIX_C_SOURCE) || defined(_GNU_SOURCE) || defined(_DEFAULT_SOURCE) || defined(__APPLE__) || \
    defined(__FreeBSD__)
    int descriptor = fileno(file);
#else
    int descriptor = file == stderr ? STDERR_FILENO : file == stdout ? STDOUT_FILENO : -1;
#endif
    if (!isatty(descriptor))
        return 0;
#ifdef TIOCGWINSZ
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
#endif
    return 80;
#else
    (void)file;
    return 0;
#endif
}

/* "7s", "2m05s", "1h03m". */
static inline void digitnet_progress_time_(char *text, size_t capacity, double seconds) {
    unsigned long whole = seconds > 0.0 && seconds < 1e9 ? DIGITNET_PROGRESS_CAST_(unsigned long, seconds + 0.5) : 0;
    if (whole < 60)
        snprintf(text, capacity, "%lus", whole);
    else if (whole < 3600)
        snprintf(text, capacity, "%lum%02lus", whole / 60, whole % 60);
    else
        snprintf(text, capacity, "%luh%02lum", whole / 3600, whole / 60 % 60);
}

/* " - loss: 0.1973 - accuracy: 0.9395", and the same of the validation; "" where there is none. */
static inline void digitnet_progress_figures_(char *text, size_t capacity, const char *prefix, double loss,
                                              double accuracy) {
    text[0] = '\0';
    if (loss == loss) /* not NaN */
        snprintf(text, capacity, " - %sloss: %.4f - %saccuracy: %.4f", prefix, loss, prefix, accuracy);
}

/* " - learning_rate: 1.0000e-03", where a schedule moves it. */
static inline void digitnet_progress_rate_(char *text, size_t capacity, const digitnet_event *event) {
    text[0] = '\0';
    if (event->scheduled && event->kind == DIGITNET_EVENT_EPOCH_END)
        snprintf(text, capacity, " - learning_rate: %.4e", event->learning_rate);
}

/* Draws "[====>....]" of `width` characters in all. */
static inline void digitnet_progress_bar_(char *text, size_t width, size_t batch, size_t batches) {
    size_t inner = width - 2;
    size_t done = inner * batch / batches;
    memset(text + 1, '=', done);
    memset(text + 1 + done, '.', inner - done);
    if (done < inner)
        text[1 + done] = '>';
    text[0] = '[';
    text[1 + inner] = ']';
    text[2 + inner] = '\0';
}

/* The characters of a line: the last column stays empty, since some terminals begin a new line after it. */
static inline size_t digitnet_progress_room_(int columns) {
    return columns > 1 ? DIGITNET_PROGRESS_CAST_(size_t, columns) - 1 : 1;
}

/* Replaces the terminal's current line by the first `length` characters of the text, or as many as there is room for.
 */
static inline void digitnet_progress_line_(FILE *file, int columns, const char *text, size_t length) {
    int room = DIGITNET_PROGRESS_CAST_(int, digitnet_progress_room_(columns));
    int shown = length < digitnet_progress_room_(columns) ? DIGITNET_PROGRESS_CAST_(int, length) : room;
    fprintf(file, "\r%-*.*s", room, shown, text);
}

/* How much of the figures' first `length` characters fits into `room`: a figure is whole or left out. */
static inline size_t digitnet_progress_fitting_(const char *figures, size_t length, size_t room) {
    while (length > room)
        do
            length--;
        while (length > 0 && strncmp(figures + length, " - ", strlen(" - ")) != 0);
    return length;
}

/* Prints the figures in lines of their own, as many in each as fit, but at least one. */
static inline void digitnet_progress_rest_(FILE *file, int columns, const char *figures) {
    while (figures[0] != '\0') {
        size_t length = 0;
        for (size_t room = strlen(" - ") + digitnet_progress_room_(columns); length == 0; room++)
            length = digitnet_progress_fitting_(figures, strlen(figures), room);
        digitnet_progress_line_(file, columns, figures + strlen(" - "), length - strlen(" - "));
        fputc('\n', file);
        figures += length;
    }
}

/* Draws the epoch as far as it has come, in a line with a bar, where there is room for one. Figures that do not fit are
 * left out until the epoch has ended, and then stand in lines of their own; first those of the validation. */
static inline void digitnet_progress_draw_(FILE *file, const digitnet_event *event, int columns,
                                           const char *validation) {
    enum { WIDEST_BAR = 32, NARROWEST_BAR = 8 };
    char line[400], steps[48], bar[WIDEST_BAR + 1] = "", time[24], training[96], figures[256];
    int ended = event->kind == DIGITNET_EVENT_EPOCH_END;
    double left = event->seconds / DIGITNET_PROGRESS_CAST_(double, event->batch) *
                  DIGITNET_PROGRESS_CAST_(double, event->batches - event->batch);
    digitnet_progress_time_(time, sizeof time, ended ? event->seconds : left);
    int digits = snprintf(steps, sizeof steps, "%zu", event->batches);
    snprintf(steps, sizeof steps, "%*zu/%zu", digits, event->batch, event->batches);
    digitnet_progress_figures_(training, sizeof training, "", event->loss, event->accuracy);
    snprintf(figures, sizeof figures, "%s%s", training, validation);

    const char *label = ended ? "" : " left";
    size_t room = digitnet_progress_room_(columns), text = strlen(steps) + strlen(" ") + strlen(time) + strlen(label);
    room = text < room ? room - text : 0;
    size_t shown = strlen(figures);
    if (shown + strlen(" ") + NARROWEST_BAR > room)
        shown = digitnet_progress_fitting_(figures, strlen(training), room);
    if (ended && shown < strlen(training))
        shown = 0;
    size_t width = room - shown;
    if (width > WIDEST_BAR)
        width = WIDEST_BAR;
    if (width > NARROWEST_BAR)
        digitnet_progress_bar_(bar, width - strlen(" "), event->batch, event->batches);
    snprintf(line, sizeof line, "%s%s%s %s%s%.*s", steps, bar[0] ? " " : "", bar, time, label,
             DIGITNET_PROGRESS_CAST_(int, shown), figures);
    digitnet_progress_line_(file, columns, line, strlen(line));
    if (ended) {
        fputc('\n', file);
        digitnet_progress_rest_(file, columns, figures + shown);
    }
}

/* Whether a batch ended a tenth of a second: so no more than ten lines a second are drawn, without a clock to
 * remember. */
static inline int digitnet_progress_is_due_(const digitnet_event *event) {
    double before = event->seconds - event->seconds / DIGITNET_PROGRESS_CAST_(double, event->batch);
    return event->batch == event->batches || DIGITNET_PROGRESS_CAST_(unsigned long, event->seconds * 10.0) !=
                                                 DIGITNET_PROGRESS_CAST_(unsigned long, before * 10.0);
}

static inline void digitnet_progress_plain_(FILE *file, const digitnet_event *event, const char *validation) {
    char time[24], figures[96];
    digitnet_progress_time_(time, sizeof time, event->seconds);
    digitnet_progress_figures_(figures, sizeof figures, "", event->loss, event->accuracy);
    fprintf(file, "Epoch %zu/%zu - %s%s%s\n", event->epoch, event->epochs, time, figures, validation);
}

/**
 * A callback for digitnet_model_fit() that shows how it goes on.
 *
 * Holds no state; one file serves one fit at a time.
 *
 * @param event  what has happened
 * @param file   a `FILE *`, such as stderr
 * @return DIGITNET_CALLBACK_CONTINUE always: training does not end because nobody can watch it
 */
static inline int digitnet_progress_print(const digitnet_event *event, void *file) {
    FILE *stream = DIGITNET_PROGRESS_CAST_(FILE *, file);
    char validation[160];
    if (event->warning)
        fprintf(stream, "Warning: %s\n", event->warning);
    if (event->kind == DIGITNET_EVENT_FIT_BEGIN)
        return DIGITNET_CALLBACK_CONTINUE;
    int columns = digitnet_progress_columns_(stream);
    digitnet_progress_figures_(validation, sizeof validation, "val_", event->validation_loss,
                               event->validation_accuracy);
    size_t length = strlen(validation);
    digitnet_progress_rate_(validation + length, sizeof validation - length, event);
    if (event->kind == DIGITNET_EVENT_EPOCH_END && columns == 0)
        digitnet_progress_plain_(stream, event, validation);
    else if (event->kind == DIGITNET_EVENT_EPOCH_END)
        digitnet_progress_draw_(stream, event, columns, validation);
    else if (columns > 0 && event->kind == DIGITNET_EVENT_EPOCH_BEGIN)
        fprintf(stream, "Epoch %zu/%zu\n", event->epoch, event->epochs);
    else if (columns > 0 && event->kind == DIGITNET_EVENT_BATCH_END && digitnet_progress_is_due_(event))
        digitnet_progress_draw_(stream, event, columns, validation);
    else if (columns > 0 && event->kind == DIGITNET_EVENT_FIT_END && event->batch > 0 &&
             event->batch < event->batches) {
        digitnet_progress_draw_(stream, event, columns, validation);
        fputc('\n', stream); /* stopped within an epoch: what is printed next shall not follow on the same line */
    }
    fflush(stream);
    return DIGITNET_CALLBACK_CONTINUE;
}

#endif
