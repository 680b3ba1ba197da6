#include "class_names.h"
#include "files.h"
#include "plots.h"

#include <stdio.h>

/* Lengths in pixels of the picture. */
enum {
    FEW = 10, /* classes that fit into a matrix of SIDE; each further one makes it longer by CELL, up to MOST */
    SIDE = 600,
    CELL = 20, /* smaller ones have no room for a number */
    MOST = 2400,
    SMALL_CELL = 40,    /* below it, numbers and names are smaller */
    NAME_DISTANCE = 14, /* from one name to the next, at least */
    LEFT = 80,          /* of the matrix and the names beside it */
    RIGHT = 71,
    ABOVE = 62,
    BELOW = 40,
    TO_TEXT = 14 /* from the lower edge to the middle of a text */
};

/* The shade is 1 for the most frequent right answer down to -1 for the most frequent mistake, on logarithmic scales of
 * their own: single mistakes among a thousand images are to be seen. */
static const char colours[] =
    "stats 'confusion.dat' using ($1 == $2 ? $3 : NaN) name 'right' nooutput\n"
    "stats 'confusion.dat' using ($1 != $2 ? $3 : NaN) name 'wrong' nooutput\n"
    "strength(count, most) = most > 0 ? log(1 + count) / log(1 + most) : 0\n"
    "shade(actual, predicted, count) = actual == predicted ? strength(count, right_max) : -strength(count, wrong_max)\n"
    "ink(actual, predicted, count) = abs(shade(actual, predicted, count)) > 0.62 ? 0xffffff : 0x333333\n"
    "set palette defined (-1 '#b03a2e', -0.6 '#e59866', -0.15 '#fbeee6', 0 '#f4f6f7', 0.4 '#d4e6f1', 1 '#1f618d')\n"
    "set cbrange [-1:1]\n"
    "unset colorbox\n"
    "unset key\n"
    "unset border\n";

/* How large all is. */
struct layout {
    size_t classes, side, cell;
    size_t beside, below; /* the room for names */
    int slanted;          /* names below the matrix, which are longer than a cell */
};

static struct layout plan(size_t classes, char *const *names) {
    struct layout layout = {.classes = classes, .side = SIDE};
    if (classes > FEW)
        layout.side = classes - FEW < (MOST - SIDE) / CELL ? SIDE + (classes - FEW) * CELL : MOST;
    layout.cell = layout.side / classes;
    size_t small = layout.cell < SMALL_CELL, capital = small ? 8 : 11, line = small ? 14 : 18;
    layout.beside = widest_class_name(names, classes) * capital;
    layout.slanted = layout.beside > layout.cell;
    layout.below = line + (layout.slanted ? layout.beside * 7 / 10 : 0);
    return layout;
}

/* Writes the count of each pair of actual and predicted class. */
static void write_counts(FILE *data, const digitnet_report *report) {
    size_t classes;
    const size_t *counts = digitnet_report_confusion(&classes, report);
    for (size_t i = 0; i < classes * classes; i++)
        fprintf(data, "%zu %zu %zu\n", i / classes, i % classes, counts[i]);
}

/* All names along an axis, or as many as there is room for. */
static void write_names(FILE *script, const char *axis, const struct layout *layout, char *const *names,
                        const char *style) {
    size_t step = (NAME_DISTANCE * layout->classes + layout->side - 1) / layout->side;
    fprintf(script, "set %stics ", axis);
    for (size_t i = 0; i < layout->classes; i += step) {
        fputs(i ? ", '" : "('", script);
        write_class_tic(script, names, i);
        fprintf(script, "' %zu%s", i, i + step < layout->classes ? "" : ")");
    }
    fprintf(script, " scale 0%s textcolor '#444444'\n", style);
}

static void write_axes(FILE *script, const struct layout *layout, char *const *names) {
    const char *text = layout->cell < SMALL_CELL ? " noenhanced font 'sans,9'" : " noenhanced";
    const char *line = "nohead front linecolor '#ffffff' linewidth";
    int width = layout->cell < SMALL_CELL ? 1 : 2;
    size_t last = layout->classes - 1;
    char style[64];
    fprintf(script, "set xrange [-0.5:%zu.5]\nset yrange [%zu.5:-0.5]\n", last, last);
    write_names(script, "y", layout, names, text);
    snprintf(style, sizeof style, "%s%s", layout->slanted ? " rotate by 45 right" : "", text);
    write_names(script, "x", layout, names, style);
    fprintf(script, "do for [i = 0:%zu] {\n", last - 1);
    fprintf(script, "    set arrow from i + 0.5, -0.5 to i + 0.5, %zu.5 %s %d\n", last, line, width);
    fprintf(script, "    set arrow from -0.5, i + 0.5 to %zu.5, i + 0.5 %s %d\n", last, line, width);
    fputs("}\n", script);
}

/* The matrix's place. gnuplot's own choice is not square where names are long, and leaves much room. */
static void write_margins(FILE *script, const struct layout *layout) {
    size_t left = LEFT + layout->beside, below = BELOW + layout->below;
    size_t width = left + layout->side + RIGHT, height = ABOVE + layout->side + below;
    fprintf(script, "set terminal pngcairo size %zu,%zu font 'sans,13' background '#ffffff'\n", width, height);
    fprintf(script, "width = %zu.0\nheight = %zu.0\n", width, height);
    fprintf(script, "set lmargin at screen %zu / width\nset rmargin at screen %zu / width\n", left,
            left + layout->side);
    fprintf(script, "set bmargin at screen %zu / height\nset tmargin at screen %zu / height\n", below,
            below + layout->side);
    fprintf(script, "set label 'predicted' at screen %zu / width, screen %d / height center textcolor '#444444'\n",
            left + layout->side / 2, TO_TEXT);
    fprintf(script, "set label 'actual' at screen %d / width, screen %zu / height center rotate textcolor '#444444'\n",
            LEFT - 30, below + layout->side / 2);
}

static void write_script(FILE *script, const struct plots *plots, const digitnet_report_info *info) {
    struct layout layout = plan(info->classes, plots->classes);
    fputs("# Which classes are taken for which, confusion.png: gnuplot confusion.gp >confusion.png\n"
          "# The data are actual class, predicted class, how often.\n",
          script);
    write_margins(script, &layout);
    fprintf(script,
            "set title 'Confusion matrix: %.2f%% of %zu %s are right' font 'sans Bold,14' textcolor '#333333'\n",
            100.0 * info->accuracy, info->count, plots->noun);
    fputs(colours, script);
    write_axes(script, &layout, plots->classes);
    fputs("plot 'confusion.dat' using 2:1:(shade($1, $2, $3)) with image", script);
    if (layout.cell >= CELL)
        fprintf(script,
                ", \\\n     '' using 2:1:($3 > 0 ? sprintf('%%d', $3) : ''):(ink($1, $2, $3)) with labels%s "
                "textcolor rgb variable",
                layout.cell < SMALL_CELL ? " font 'sans,9'" : "");
    fputs("\n", script);
}

int write_confusion_plot(const struct plots *plots) {
    FILE *data = open_output(plots->folder, "confusion.dat"), *script = open_output(plots->folder, "confusion.gp");
    digitnet_report_info info = DIGITNET_INIT(digitnet_report_info);
    if (data && script && digitnet_report_describe(&info, plots->report) == DIGITNET_OK) {
        write_counts(data, plots->report);
        write_script(script, plots, &info);
    }
    int failed = close_output(data, plots->folder, "confusion.dat");
    return failed | close_output(script, plots->folder, "confusion.gp");
}
