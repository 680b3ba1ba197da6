/* Pictures of a training, drawn by gnuplot from data files and a script that stay in the output folder. */
#ifndef PLOTS_H
#define PLOTS_H

#include "results.h"

/* Writes confusion.dat, predictions.dat and plots.gp beside history.csv, and has gnuplot draw training.png,
 * confusion.png and predictions.png. The results are sorted on the way. Returns 0; 1 where gnuplot is missing or
 * failed, with a message that says how to go on; -1 where a file could not be written. */
int write_plots(const char *folder, const digitnet_dataset *test, struct result *results, size_t count);

#endif
