#include "files.h"
#include "plots.h"

#include <stdio.h>

/* Scales of values have a fixed end, and no less than what three decimals tell apart: after a single epoch all values
 * may be one. Where all accuracies are 1 gnuplot has no scale of its own. */
static const char script_text[] =
    "# Accuracy and loss over the epochs, training.png: gnuplot training.gp >training.png\n"
    "set terminal pngcairo size 1200,460 font 'sans,12' background '#ffffff'\n"
    "set datafile separator comma\n"
    "stats 'history.csv' skip 1 using 1 name 'epochs' nooutput\n"
    "stats 'history.csv' skip 1 using ($5 < $3 ? $5 : $3) name 'accuracy' nooutput\n"
    "set border 3 linecolor '#888888'\n"
    "set grid linecolor '#e4e4e4' linetype 1 linewidth 1\n"
    "set tics nomirror textcolor '#444444'\n"
    "set xlabel 'epoch' textcolor '#444444'\n"
    "set xrange [epochs_min - 0.4 : epochs_max + 0.4]\n"
    "set xtics ceil((epochs_max - epochs_min + 1) / 12.0)\n"
    "set style line 1 linecolor '#2471a3' linewidth 2.5 pointtype 7 pointsize 1\n"
    "set style line 2 linecolor '#e67e22' linewidth 2.5 pointtype 7 pointsize 1\n"
    "set multiplot layout 1, 2 margins 0.065, 0.985, 0.13, 0.90 spacing 0.085, 0\n"
    "set key bottom right textcolor '#444444'\n"
    "set yrange [accuracy_min < 0.99 ? 1.06 * accuracy_min - 0.06 : 0.99:1]\n"
    "set title 'Accuracy' font 'sans Bold,14' textcolor '#333333'\n"
    "set format y '%.3f'\n"
    "plot 'history.csv' skip 1 using 1:3 with linespoints linestyle 1 title 'training', \\\n"
    "     '' skip 1 using 1:5 with linespoints linestyle 2 title 'validation'\n"
    "set key top right\n"
    "set yrange [0:0.005<*]\n"
    "set offsets 0, 0, graph 0.06, 0\n"
    "set title 'Loss'\n"
    "plot 'history.csv' skip 1 using 1:2 with linespoints linestyle 1 title 'training', \\\n"
    "     '' skip 1 using 1:4 with linespoints linestyle 2 title 'validation'\n"
    "unset multiplot\n";

int write_training_plot(const struct plots *plots) {
    FILE *script = open_output(plots->folder, "training.gp");
    if (script)
        fputs(script_text, script);
    return close_output(script, plots->folder, "training.gp");
}
