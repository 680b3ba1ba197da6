#include "class_names.h"
#include "files.h"
#include "plots.h"

#include <stdio.h>
#include <stdlib.h>

/* All lengths are in pixels of the picture. */
enum {
    SHOWN = 12,   /* images in each section */
    COLUMNS = 6,  /* side by side */
    SIDE = 112,   /* to which smaller images are enlarged, about */
    MOST = 128,   /* from larger ones rows and columns are left out */
    MARGIN = 8,   /* around all */
    GAP = 48,     /* between images side by side, at least */
    BELOW = 16,   /* an image */
    LINE = 15,    /* from line to line of a title */
    TITLE = 24,   /* the height of one with one line */
    HEADING = 52, /* of a section */
    SHORT_NAME = 2
};

/* The widths of a character in a title, of its words, and of a name, which may be in capitals. */
#define CHARACTER 6.8
#define CAPITAL 8.6

#define RIGHT_COLOUR "#333333"
#define MISTAKE_COLOUR "#c0392b"

/* The picture as it is written, and how its parts lie. */
struct canvas {
    const struct plots *plots;
    FILE *data, *script;
    digitnet_dataset_info info;
    float *image;
    size_t step, zoom; /* of rows and columns one is shown out of `step`, as `zoom` of the picture */
    size_t height, width;
    size_t cell_height, cell_width; /* of an image with title and gaps */
    int two_lines;                  /* in a title: the names are long */
    size_t top;                     /* where the next section begins */
    size_t shown;
};

static void plan(struct canvas *canvas, size_t classes) {
    const digitnet_dataset_info *info = &canvas->info;
    size_t longer = info->height > info->width ? info->height : info->width;
    canvas->step = (longer + MOST - 1) / MOST;
    longer = (longer + canvas->step - 1) / canvas->step;
    canvas->zoom = longer < SIDE ? (SIDE + longer / 2) / longer : 1;
    canvas->height = (info->height + canvas->step - 1) / canvas->step * canvas->zoom;
    canvas->width = (info->width + canvas->step - 1) / canvas->step * canvas->zoom;

    size_t name = widest_class_name(canvas->plots->classes, classes);
    canvas->two_lines = name > SHORT_NAME;
    size_t words = canvas->two_lines ? sizeof "Predicted: " - 1 : sizeof "Predicted: , Actual: " - 1;
    size_t title = (size_t)(CHARACTER * (double)words + CAPITAL * (double)(canvas->two_lines ? name : 2 * name));
    canvas->cell_height = TITLE + (canvas->two_lines ? LINE : 0) + canvas->height + BELOW;
    canvas->cell_width = canvas->width + GAP > title ? canvas->width + GAP : title;
}

static void write_title(const struct canvas *canvas, const struct result *result, size_t middle, size_t bottom) {
    const char *colour = result->predicted == result->actual ? RIGHT_COLOUR : MISTAKE_COLOUR;
    const char *style = "center font 'sans,10' noenhanced textcolor rgb";
    double line = (double)bottom - 11.2;
    fputs("set label 'Predicted: ", canvas->script);
    write_class_name(canvas->script, canvas->plots->classes, (size_t)result->predicted);
    if (canvas->two_lines)
        fprintf(canvas->script, "' at %zu, %.1f %s '%s'\nset label '", middle, line - LINE, style, colour);
    else
        fputs(", ", canvas->script);
    fputs("Actual: ", canvas->script);
    write_class_name(canvas->script, canvas->plots->classes, (size_t)result->actual);
    fprintf(canvas->script, "' at %zu, %.1f %s '%s'\n", middle, line, style, colour);
}

/* The pixels of an image at its place, and its title. */
static digitnet_status write_image(struct canvas *canvas, const struct result *result, size_t cell) {
    const digitnet_dataset_info *info = &canvas->info;
    size_t values = info->height * info->width * info->channels;
    digitnet_status status =
        digitnet_dataset_read(canvas->image, values, NULL, 0, canvas->plots->images, result->index, 1);
    if (status)
        return status;
    size_t left = MARGIN + cell % COLUMNS * canvas->cell_width + (canvas->cell_width - canvas->width) / 2;
    size_t bottom = canvas->top + (cell / COLUMNS + 1) * canvas->cell_height - BELOW, top = bottom - canvas->height;
    for (size_t row = 0; row < info->height; row += canvas->step) {
        for (size_t column = 0; column < info->width; column += canvas->step) {
            const float *pixel = canvas->image + (row * info->width + column) * info->channels;
            double half = 0.5 * (double)canvas->zoom;
            fprintf(canvas->data, "%.1f %.1f", (double)(left + column / canvas->step * canvas->zoom) + half,
                    (double)(top + row / canvas->step * canvas->zoom) + half);
            for (size_t i = 0; i < info->channels; i++)
                fprintf(canvas->data, " %.0f", 255.0 * (double)pixel[i]);
            fputc('\n', canvas->data);
        }
    }
    fputs("\n\n", canvas->data);
    write_title(canvas, result, left + canvas->width / 2, top);
    return DIGITNET_OK;
}

/* A heading and up to SHOWN images below it, of the results or, with `spread`, of all parts of them. */
static int write_section(struct canvas *canvas, const struct result *results, size_t count, int spread,
                         const char *heading) {
    size_t shown = count < SHOWN ? count : SHOWN;
    fprintf(canvas->script, "set label '%s' at %d, %zu left font 'sans Bold,14' textcolor rgb '%s'\n", heading,
            MARGIN + 24, canvas->top + HEADING / 2 + 2, RIGHT_COLOUR);
    canvas->top += HEADING;
    for (size_t i = 0; i < shown; i++) {
        if (write_image(canvas, &results[spread ? i * count / shown : i], i)) {
            fprintf(stderr, "predictions.png: %s\n", digitnet_last_error());
            return -1;
        }
    }
    canvas->top += (shown + COLUMNS - 1) / COLUMNS * canvas->cell_height;
    canvas->shown += shown;
    return 0;
}

static int write_sections(struct canvas *canvas) {
    const struct plots *plots = canvas->plots;
    char heading[96];
    fprintf(canvas->script,
            "# %s and what the network makes of them, predictions.png: gnuplot predictions.gp >predictions.png\n",
            plots->noun);
    snprintf(heading, sizeof heading, plots->spread ? "Some %s" : "The first %s", plots->noun);
    if (write_section(canvas, plots->results, plots->count, plots->spread, heading))
        return -1;
    size_t mistakes = sort_mistakes(plots->results, plots->count);
    snprintf(heading, sizeof heading,
             mistakes > 1 ? "The worst of %zu mistakes"
             : mistakes   ? "The only mistake"
                          : "No mistakes",
             mistakes);
    if (write_section(canvas, plots->results, mistakes, 0, heading))
        return -1;
    size_t width = 2 * MARGIN + COLUMNS * canvas->cell_width, height = canvas->top + MARGIN;
    fprintf(canvas->script, "set terminal pngcairo size %zu,%zu font 'sans,10' background '#ffffff'\n", width, height);
    fprintf(canvas->script, "set margins 0, 0, 0, 0\nset xrange [0:%zu]\nset yrange [%zu:0]\n", width, height);
    fputs("unset border\nunset tics\nunset key\nunset colorbox\nset palette gray\nset cbrange [0:255]\n",
          canvas->script);
    fprintf(canvas->script, "plot for [i = 0:%zu] 'predictions.dat' index i using %s\n", canvas->shown - 1,
            canvas->info.channels == 1 ? "1:2:3 with image" : "1:2:3:4:5 with rgbimage");
    return 0;
}

int write_predictions_plot(const struct plots *plots) {
    struct canvas canvas = {.plots = plots, .info = DIGITNET_INIT(digitnet_dataset_info)};
    size_t classes;
    digitnet_report_confusion(&classes, plots->report);
    int failed = digitnet_dataset_describe(&canvas.info, plots->images) != DIGITNET_OK;
    canvas.image = malloc(canvas.info.height * canvas.info.width * canvas.info.channels * sizeof *canvas.image);
    canvas.data = open_output(plots->folder, "predictions.dat");
    canvas.script = open_output(plots->folder, "predictions.gp");
    plan(&canvas, classes);
    if (!canvas.image)
        fputs("predictions.png: out of memory\n", stderr);
    failed |= canvas.image && canvas.data && canvas.script ? write_sections(&canvas) : -1;
    failed |= close_output(canvas.data, plots->folder, "predictions.dat");
    failed |= close_output(canvas.script, plots->folder, "predictions.gp");
    free(canvas.image);
    return failed;
}
