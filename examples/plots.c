#include "plots.h"

#include "files.h"
#include "gnuplot.h"

#include <stdio.h>

enum {
    SIDE = 28,
    SHOWN = 12,  /* digits in each section of predictions.png */
    COLUMNS = 6, /* side by side */
    ZOOM = 4,    /* one pixel of a digit, in pixels of the picture; all lengths below are in pixels of a digit */
    CELL_WIDTH = 40,
    CELL_HEIGHT = 38,
    TITLE_HEIGHT = 6, /* above a digit, in its cell */
    HEADING_HEIGHT = 13,
    MARGIN = 2
};

#define RIGHT_COLOUR "#333333"
#define MISTAKE_COLOUR "#c0392b"

static const char training_script[] =
    "# Accuracy and loss over the epochs, training.png: gnuplot training.gp >training.png\n"
    "set terminal pngcairo size 1200,460 font 'sans,12' background '#ffffff'\n"
    "set datafile separator comma\n"
    "stats 'history.csv' skip 1 using 1 name 'epochs' nooutput\n"
    "set border 3 linecolor '#888888'\n"
    "set grid linecolor '#e4e4e4' linetype 1 linewidth 1\n"
    "set tics nomirror textcolor '#444444'\n"
    "set xlabel 'epoch' textcolor '#444444'\n"
    "set xrange [epochs_min - 0.4 : epochs_max + 0.4]\n"
    "set xtics ceil((epochs_max - epochs_min + 1) / 12.0)\n"
    "set offsets 0, 0, graph 0.06, graph 0.06\n"
    "set style line 1 linecolor '#2471a3' linewidth 2.5 pointtype 7 pointsize 1\n"
    "set style line 2 linecolor '#e67e22' linewidth 2.5 pointtype 7 pointsize 1\n"
    "set multiplot layout 1, 2 margins 0.065, 0.985, 0.13, 0.90 spacing 0.085, 0\n"
    "set key bottom right textcolor '#444444'\n"
    "set yrange [*:*<1]\n"
    "set title 'Accuracy' font 'sans Bold,14' textcolor '#333333'\n"
    "set format y '%.3f'\n"
    "plot 'history.csv' skip 1 using 1:3 with linespoints linestyle 1 title 'training', \\\n"
    "     '' skip 1 using 1:5 with linespoints linestyle 2 title 'validation'\n"
    "set key top right\n"
    "set yrange [0<*:*]\n"
    "set title 'Loss'\n"
    "plot 'history.csv' skip 1 using 1:2 with linespoints linestyle 1 title 'training', \\\n"
    "     '' skip 1 using 1:4 with linespoints linestyle 2 title 'validation'\n"
    "unset multiplot\n";

/* The shade is 1 for the most frequent right answer down to -1 for the most frequent mistake, on logarithmic scales of
 * their own: single mistakes among a thousand digits are to be seen. */
static const char confusion_script[] =
    "set terminal pngcairo size 760,720 font 'sans,13' background '#ffffff'\n"
    "stats 'confusion.dat' using ($1 == $2 ? $3 : NaN) name 'right' nooutput\n"
    "stats 'confusion.dat' using ($1 != $2 ? $3 : NaN) name 'wrong' nooutput\n"
    "strength(count, most) = most > 0 ? log(1 + count) / log(1 + most) : 0\n"
    "shade(actual, predicted, count) = actual == predicted ? strength(count, right_max) : -strength(count, wrong_max)\n"
    "set palette defined (-1 '#b03a2e', -0.6 '#e59866', -0.15 '#fbeee6', 0 '#f4f6f7', 0.4 '#d4e6f1', 1 '#1f618d')\n"
    "set cbrange [-1:1]\n"
    "unset colorbox\n"
    "unset key\n"
    "set size square\n"
    "set xrange [-0.5:9.5]\n"
    "set yrange [9.5:-0.5]\n"
    "set xtics 0, 1 scale 0 textcolor '#444444'\n"
    "set ytics 0, 1 scale 0 textcolor '#444444'\n"
    "set xlabel 'predicted' textcolor '#444444'\n"
    "set ylabel 'actual' textcolor '#444444'\n"
    "unset border\n"
    "do for [i = 0:8] {\n"
    "    set arrow from i + 0.5, -0.5 to i + 0.5, 9.5 nohead front linecolor '#ffffff' linewidth 2\n"
    "    set arrow from -0.5, i + 0.5 to 9.5, i + 0.5 nohead front linecolor '#ffffff' linewidth 2\n"
    "}\n"
    "ink(actual, predicted, count) = abs(shade(actual, predicted, count)) > 0.62 ? 0xffffff : 0x333333\n"
    "plot 'confusion.dat' using 2:1:(shade($1, $2, $3)) with image, \\\n"
    "     '' using 2:1:($3 > 0 ? sprintf('%d', $3) : ''):(ink($1, $2, $3)) with labels textcolor rgb variable\n";

static int write_training(const char *folder) {
    FILE *script = open_output(folder, "training.gp");
    if (script)
        fputs(training_script, script);
    return close_output(script, folder, "training.gp");
}

/* Writes the count of each pair of actual and predicted digit. */
static void write_counts(FILE *data, const digitnet_report *report) {
    size_t digits;
    const size_t *counts = digitnet_report_confusion(&digits, report);
    for (size_t i = 0; i < digits * digits; i++)
        fprintf(data, "%zu %zu %zu\n", i / digits, i % digits, counts[i]);
}

static int write_confusion(const char *folder, const digitnet_report *report) {
    FILE *data = open_output(folder, "confusion.dat"), *script = open_output(folder, "confusion.gp");
    digitnet_report_info info = DIGITNET_INIT(digitnet_report_info);
    if (data && script && digitnet_report_describe(&info, report) == DIGITNET_OK) {
        write_counts(data, report);
        fputs("# Which digits are taken for which, confusion.png: gnuplot confusion.gp >confusion.png\n"
              "# The data are actual digit, predicted digit, how often.\n",
              script);
        fprintf(script, "set title 'Confusion matrix: %.2f%% of %zu test digits are right'", 100.0 * info.accuracy,
                info.count);
        fputs(" font 'sans Bold,14' textcolor '#333333'\n", script);
        fputs(confusion_script, script);
    }
    int failed = close_output(data, folder, "confusion.dat");
    return failed | close_output(script, folder, "confusion.gp");
}

/* The pixels of one digit at its place in predictions.png, and its title. */
static digitnet_status write_digit(FILE *data, FILE *script, const digitnet_dataset *test, const struct result *result,
                                   size_t cell, size_t top) {
    float image[SIDE * SIDE];
    digitnet_status status = digitnet_dataset_read(image, SIDE * SIDE, NULL, 0, test, result->index, 1);
    if (status)
        return status;
    size_t left = MARGIN + cell % COLUMNS * CELL_WIDTH + (CELL_WIDTH - SIDE) / 2;
    top += cell / COLUMNS * CELL_HEIGHT + TITLE_HEIGHT;
    for (size_t i = 0; i < SIDE * SIDE; i++)
        fprintf(data, "%.1f %.1f %.0f\n", (double)(left + i % SIDE) + 0.5, (double)(top + i / SIDE) + 0.5,
                255.0 * (double)image[i]);
    fputs("\n\n", data);
    fprintf(script, "set label 'Predicted: %d, Actual: %d' at %zu, %zu.2 center font 'sans,10' textcolor rgb '%s'\n",
            (int)result->predicted, (int)result->actual, left + SIDE / 2, top - 3,
            result->predicted == result->actual ? RIGHT_COLOUR : MISTAKE_COLOUR);
    return DIGITNET_OK;
}

/* A heading and up to SHOWN digits below it; returns where the next section begins, or 0 after a failure. */
static size_t write_section(FILE *data, FILE *script, const digitnet_dataset *test, const struct result *results,
                            size_t count, size_t top, const char *heading) {
    fprintf(script, "set label '%s' at %d, %zu left font 'sans Bold,14' textcolor rgb '%s'\n", heading, MARGIN + 6,
            top + HEADING_HEIGHT / 2 + 1, RIGHT_COLOUR);
    top += HEADING_HEIGHT;
    size_t shown = count < SHOWN ? count : SHOWN;
    for (size_t i = 0; i < shown; i++) {
        if (write_digit(data, script, test, &results[i], i, top)) {
            fprintf(stderr, "predictions.png: %s\n", digitnet_last_error());
            return 0;
        }
    }
    return top + (shown + COLUMNS - 1) / COLUMNS * CELL_HEIGHT;
}

/* The digits on a canvas of their own size, one unit for each of their pixels. */
static int write_digits(FILE *data, FILE *script, const digitnet_dataset *test, struct result *results, size_t count) {
    char heading[96];
    fputs("# Test digits and what the network makes of them, predictions.png: gnuplot predictions.gp >predictions.png\n"
          "# One pixel of a digit is one unit.\n",
          script);
    size_t top = write_section(data, script, test, results, count, 0, "The first test digits");
    size_t mistakes = sort_mistakes(results, count), shown = count < SHOWN ? count : SHOWN;
    if (!top)
        return -1;
    snprintf(heading, sizeof heading, mistakes ? "The worst of %zu mistakes" : "No mistakes", mistakes);
    top = write_section(data, script, test, results, mistakes, top, heading);
    if (!top)
        return -1;
    shown += mistakes < SHOWN ? mistakes : SHOWN;
    size_t width = 2 * MARGIN + COLUMNS * CELL_WIDTH, height = top + MARGIN;
    fprintf(script, "set terminal pngcairo size %zu,%zu font 'sans,10' background '#ffffff'\n", ZOOM * width,
            ZOOM * height);
    fprintf(script, "set margins 0, 0, 0, 0\nset xrange [0:%zu]\nset yrange [%zu:0]\n", width, height);
    fputs("unset border\nunset tics\nunset key\nunset colorbox\nset palette gray\nset cbrange [0:255]\n", script);
    fprintf(script, "plot for [i = 0:%zu] 'predictions.dat' index i using 1:2:3 with image\n", shown - 1);
    return 0;
}

static int write_predictions(const char *folder, const digitnet_dataset *test, struct result *results, size_t count) {
    FILE *data = open_output(folder, "predictions.dat"), *script = open_output(folder, "predictions.gp");
    int failed = data && script ? write_digits(data, script, test, results, count) : -1;
    failed |= close_output(data, folder, "predictions.dat");
    return failed | close_output(script, folder, "predictions.gp");
}

int write_plots(const char *folder, int with_history, const digitnet_dataset *test, const digitnet_report *report,
                struct result *results, size_t count) {
    /* Those of an earlier training shall not be taken for this one's, whatever fails below. */
    remove_output(folder, "training.png");
    remove_output(folder, "confusion.png");
    remove_output(folder, "predictions.png");
    if ((with_history && write_training(folder)) || write_confusion(folder, report) ||
        write_predictions(folder, test, results, count))
        return -1;
    if (with_history)
        draw_plot(folder, "training");
    draw_plot(folder, "confusion");
    draw_plot(folder, "predictions");
    return 0;
}
