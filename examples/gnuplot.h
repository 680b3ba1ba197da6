/* Pictures drawn by gnuplot. */
#ifndef GNUPLOT_H
#define GNUPLOT_H

typedef enum drawing {
    DRAWING_DONE,
    DRAWING_NO_GNUPLOT, /* it is not installed */
    DRAWING_FAILED /* gnuplot failed, or the picture could not be written whole; there may be a message of its own */
} drawing;

/* Runs gnuplot, in the folder, on a script that writes a PNG picture to its standard output, and puts that into
 * FOLDER/PICTURE once it is whole. */
drawing draw_picture(const char *folder, const char *script, const char *picture);

/* Draws FOLDER/NAME.png by FOLDER/NAME.gp; where that fails, says how to do it later. */
void draw_plot(const char *folder, const char *name);

#endif
