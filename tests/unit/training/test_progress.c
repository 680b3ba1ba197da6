/* The progress printer, into a file and into terminals of several widths. */
#define _GNU_SOURCE
#include "digitnet/progress.h"
#include "expect.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { CAPACITY = 1 << 19, EPOCHS = 2, BATCHES = 1875 };

/* Where the printer prints, and where that can be read. */
struct output {
    FILE *file;
    int reader; /* -1: a plain file */
    size_t length;
    char text[CAPACITY];
};

static struct output *open_terminal(unsigned short columns) {
    struct output *output = calloc(1, sizeof *output);
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    assert_non_null(output);
    output->reader = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    assert_true(output->reader >= 0);
    assert_int_equal(grantpt(output->reader), 0);
    assert_int_equal(unlockpt(output->reader), 0);
    int terminal = open(ptsname(output->reader), O_RDWR | O_NOCTTY);
    assert_true(terminal >= 0);
    assert_int_equal(ioctl(terminal, TIOCSWINSZ, &size), 0);
    output->file = fdopen(terminal, "w");
    assert_non_null(output->file);
    return output;
}

static struct output *open_plain(void) {
    struct output *output = calloc(1, sizeof *output);
    assert_non_null(output);
    output->reader = -1;
    output->file = tmpfile();
    assert_non_null(output->file);
    return output;
}

/* Takes over what was printed so far: a terminal holds some thousand characters only. */
static void collect(struct output *output) {
    if (output->reader >= 0) {
        ssize_t count;
        while ((count = read(output->reader, output->text + output->length, CAPACITY - 1 - output->length)) > 0)
            output->length += (size_t)count;
    } else {
        rewind(output->file);
        output->length = fread(output->text, 1, CAPACITY - 1, output->file);
    }
    assert_true(output->length < CAPACITY - 1);
    output->text[output->length] = '\0';
}

static void close_output(struct output *output) {
    fclose(output->file);
    if (output->reader >= 0)
        close(output->reader);
    free(output);
}

static void send(struct output *output, digitnet_event event, digitnet_event_kind kind) {
    event.kind = kind;
    assert_int_equal(digitnet_progress_print(&event, output->file), 0);
    collect(output);
}

/* A fit of EPOCHS epochs of `seconds` each, which ends after `last_batch` of the last one. */
static void run_fit(struct output *output, double seconds, size_t last_batch, int validation) {
    digitnet_event event = DIGITNET_INIT(digitnet_event);
    event.epochs = EPOCHS;
    event.batches = BATCHES;
    event.validation_loss = event.validation_accuracy = NAN;
    event.loss = event.accuracy = NAN;
    send(output, event, DIGITNET_EVENT_FIT_BEGIN);
    for (event.epoch = 1; event.epoch <= EPOCHS; event.epoch++) {
        size_t last = event.epoch == EPOCHS ? last_batch : BATCHES;
        event.validation_loss = event.validation_accuracy = NAN;
        event.batch = 0;
        event.seconds = 0.0;
        send(output, event, DIGITNET_EVENT_EPOCH_BEGIN);
        for (event.batch = 1; event.batch <= last; event.batch++) {
            event.loss = 2.0 / (double)(event.epoch * BATCHES + event.batch);
            event.accuracy = (double)event.batch / (BATCHES + 1);
            event.seconds = seconds * (double)event.batch / BATCHES;
            send(output, event, DIGITNET_EVENT_BATCH_END);
        }
        event.batch = last;
        if (last < BATCHES)
            break;
        event.validation_loss = validation ? 0.0625 : NAN;
        event.validation_accuracy = validation ? 0.984375 : NAN;
        send(output, event, DIGITNET_EVENT_EPOCH_END);
    }
    send(output, event, DIGITNET_EVENT_FIT_END);
}

static size_t count_of(const char *text, char wanted) {
    size_t count = 0;
    for (; *text; text++)
        count += *text == wanted;
    return count;
}

/* The most characters between two returns or line ends, which is where the terminal's cursor gets to. */
static size_t longest_line(const char *text) {
    size_t longest = 0, length = 0;
    for (; *text; text++) {
        length = *text == '\r' || *text == '\n' ? 0 : length + 1;
        longest = length > longest ? length : longest;
    }
    return longest;
}

static void a_file_gets_a_line_for_each_epoch(void **state) {
    (void)state;
    struct output *output = open_plain();
    run_fit(output, 12.3, BATCHES, 1);
    assert_string_equal(
        output->text, "Epoch 1/2 - 12s - loss: 0.0005 - accuracy: 0.9995 - val_loss: 0.0625 - val_accuracy: 0.9844\n"
                      "Epoch 2/2 - 12s - loss: 0.0004 - accuracy: 0.9995 - val_loss: 0.0625 - val_accuracy: 0.9844\n");
    close_output(output);
}

static void without_validation_its_figures_are_left_out(void **state) {
    (void)state;
    struct output *output = open_plain();
    run_fit(output, 3700.0, BATCHES, 0);
    assert_non_null(strstr(output->text, "Epoch 1/2 - 1h01m - loss: 0.0005 - accuracy: 0.9995\n"));
    assert_null(strstr(output->text, "val_"));
    assert_null(strstr(output->text, "nan"));
    close_output(output);
}

static void a_terminal_gets_a_bar(void **state) {
    (void)state;
    struct output *output = open_terminal(120);
    run_fit(output, 12.0, BATCHES, 1);
    assert_non_null(strstr(output->text, "Epoch 1/2\r\n"));
    assert_non_null(strstr(output->text, "=>."));
    assert_non_null(strstr(output->text, "s left - loss: "));
    assert_non_null(strstr(output->text, "1875/1875 [=======================")); /* full at the end */
    assert_non_null(
        strstr(output->text, "] 12s - loss: 0.0005 - accuracy: 0.9995 - val_loss: 0.0625 - val_accuracy: 0.9844"));
    assert_int_equal(count_of(output->text, '\n'), 2 * EPOCHS); /* a heading and a bar each */
    close_output(output);
}

/* An 80-column terminal has no room for all figures in one line: those of the validation get one of their own. */
static void validation_goes_to_the_next_line_where_there_is_no_room(void **state) {
    (void)state;
    struct output *output = open_terminal(80);
    run_fit(output, 12.0, BATCHES, 1);
    assert_non_null(strstr(output->text, "1875/1875 [===="));
    assert_non_null(strstr(output->text, "\rval_loss: 0.0625 - val_accuracy: 0.9844"));
    assert_int_equal(count_of(output->text, '\n'), 3 * EPOCHS);
    close_output(output);
}

/* Every number that follows the name in the text has its four decimals. */
static void assert_whole(const char *text, const char *name) {
    size_t found = 0;
    for (const char *place = strstr(text, name); place; place = strstr(place + 1, name), found++) {
        const char *point = strchr(place, '.');
        assert_non_null(point);
        assert_int_equal(strspn(point + 1, "0123456789"), 4);
        assert_true(strspn(place + strlen(name), "0123456789") == (size_t)(point - place) - strlen(name));
    }
    assert_true(found >= 2 * EPOCHS); /* of the training and of the validation */
}

/* While the epoch lasts they are left out where there is no room; at its end they are in lines of their own. */
static void figures_are_never_cut(void **state) {
    (void)state;
    for (unsigned short width = 22; width <= 130; width++) {
        struct output *output = open_terminal(width);
        run_fit(output, 3.0, BATCHES, 1);
        assert_whole(output->text, "loss: ");
        assert_whole(output->text, "accuracy: ");
        close_output(output);
    }
}

static void a_narrow_terminal_gets_the_figures_below_the_bar(void **state) {
    (void)state;
    struct output *output = open_terminal(40);
    run_fit(output, 12.0, BATCHES, 1);
    assert_non_null(strstr(output->text, "1875/1875 [=======================] 12s\r\n"
                                         "\rloss: 0.0005 - accuracy: 0.9995        \r\n"
                                         "\rval_loss: 0.0625 - val_accuracy: 0.9844\r\n"));
    close_output(output);
}

static void no_window_is_too_narrow(void **state) {
    (void)state;
    const unsigned short widths[] = {1, 2, 5, 11, 30, 47, 48, 49, 60, 79, 80, 100, 119, 120, 500};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        struct output *output = open_terminal(widths[i]);
        run_fit(output, 3.0, BATCHES, 1);
        char *headings = strstr(output->text, "Epoch");
        while (headings) { /* they stand in lines that are never redrawn, where wrapping does no harm */
            memset(headings, '\r', strlen("Epoch 1/2"));
            headings = strstr(headings, "Epoch");
        }
        size_t most = widths[i] > 1 ? widths[i] - 1u : 1u;
        assert_true(longest_line(output->text) <= most);
        close_output(output);
    }
}

static void a_second_has_about_ten_redraws(void **state) {
    (void)state;
    struct output *output = open_terminal(100);
    run_fit(output, 5.0, BATCHES, 0);
    size_t draws = count_of(output->text, '/') / EPOCHS;
    assert_in_range(draws, 40, 60);
    close_output(output);
}

static void slow_batches_are_all_shown(void **state) {
    (void)state;
    struct output *output = open_terminal(100);
    run_fit(output, 3.0 * BATCHES, 7, 0);
    for (int batch = 1; batch <= 7; batch++) {
        char steps[32];
        snprintf(steps, sizeof steps, "\r   %d/1875 [", batch);
        assert_non_null(strstr(output->text, steps));
    }
    close_output(output);
}

/* What the program prints next must not stand behind the bar. */
static void a_stop_ends_the_line(void **state) {
    (void)state;
    struct output *output = open_terminal(100);
    run_fit(output, 12.0, 700, 1);
    assert_non_null(strstr(output->text, " 700/1875 ["));
    assert_int_equal(output->text[output->length - 1], '\n');
    assert_int_equal(count_of(output->text, '\n'), 2 * EPOCHS);
    close_output(output);
    output = open_plain();
    run_fit(output, 12.0, 700, 1);
    assert_int_equal(count_of(output->text, '\n'), 1);
    close_output(output);
}

/* Where a schedule moves it, the learning rate is shown, once the epoch has ended. */
static void a_scheduled_rate_is_shown(void **state) {
    (void)state;
    struct output *output = open_plain();
    digitnet_event event = DIGITNET_INIT(digitnet_event);
    event.epoch = event.epochs = 1;
    event.batch = event.batches = BATCHES;
    event.loss = event.accuracy = 0.5;
    event.validation_loss = event.validation_accuracy = NAN;
    event.learning_rate = 0.00123456;
    send(output, event, DIGITNET_EVENT_EPOCH_END);
    event.scheduled = 1;
    send(output, event, DIGITNET_EVENT_BATCH_END);
    send(output, event, DIGITNET_EVENT_EPOCH_END);
    assert_string_equal(output->text, "Epoch 1/1 - 0s - loss: 0.5000 - accuracy: 0.5000\n"
                                      "Epoch 1/1 - 0s - loss: 0.5000 - accuracy: 0.5000 - learning_rate: 1.2346e-03\n");
    close_output(output);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_gets_a_line_for_each_epoch),
        cmocka_unit_test(a_scheduled_rate_is_shown),
        cmocka_unit_test(without_validation_its_figures_are_left_out),
        cmocka_unit_test(a_terminal_gets_a_bar),
        cmocka_unit_test(validation_goes_to_the_next_line_where_there_is_no_room),
        cmocka_unit_test(figures_are_never_cut),
        cmocka_unit_test(a_narrow_terminal_gets_the_figures_below_the_bar),
        cmocka_unit_test(no_window_is_too_narrow),
        cmocka_unit_test(a_second_has_about_ten_redraws),
        cmocka_unit_test(slow_batches_are_all_shown),
        cmocka_unit_test(a_stop_ends_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
