/* Pictures drawn by gnuplot. */
#ifndef GNUPLOT_H
#define GNUPLOT_H

/* Draws FOLDER/NAME.png by FOLDER/NAME.gp; where that fails, says how to do it later. */
void draw_plot(const char *folder, const char *name);

#endif
