/* Pictures of a training, drawn by gnuplot from data files and scripts that stay in the output folder. */
#ifndef PLOTS_H
#define PLOTS_H

#include "results.h"

struct plots {
    const char *folder;             /* where everything goes */
    int with_history;               /* the folder has a history.csv, to be drawn */
    const digitnet_dataset *images; /* that the results are of, grey or in colour, of any size */
    const digitnet_report *report;
    struct result *results; /* one for each image, in order; they are sorted */
    size_t count;
    const char *noun;     /* what the images are called, such as "test digits" */
    char *const *classes; /* the names of the labels; NULL: their numbers are shown */
    int spread;           /* some images from all over the data set are shown, not the first: it is sorted by class */
};

/* Writes data and scripts of the pictures, and has gnuplot draw confusion.png and predictions.png, and, with a history,
 * training.png. Returns 0, also where gnuplot is missing or fails: then the picture is missing, and a message says how
 * to draw it; -1, with a message, where a file could not be written. */
int write_plots(const struct plots *plots);

/* Data and script of one of them; 0, or -1 with a message. */
int write_training_plot(const struct plots *plots);
int write_confusion_plot(const struct plots *plots);
int write_predictions_plot(const struct plots *plots);

#endif
