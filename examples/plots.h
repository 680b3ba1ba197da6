/* Pictures of a training, drawn by gnuplot from data files and scripts that stay in the output folder. */
#ifndef PLOTS_H
#define PLOTS_H

#include "results.h"

/* Writes data and scripts of the pictures, and has gnuplot draw confusion.png and predictions.png, and, with a history,
 * training.png from history.csv. The results are sorted. Returns 0, also where gnuplot is missing or fails: then
 * the picture is missing, and a message says how to draw it; -1, with a message, where a file could not be written. */
int write_plots(const char *folder, int with_history, const digitnet_dataset *test, const digitnet_report *report,
                struct result *results, size_t count);

#endif
