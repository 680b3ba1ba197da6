#include "table_cells.h"

#include "files.h"
#include "read_image.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 256, MOST_PIXELS = 1 << 26 };

/* Four corners of a table, from the upper left one clockwise. */
struct corners {
    double x[4], y[4];
};

/* A map of the unit square to a quadrilateral: x = (a u + b v + c) / (g u + h v + 1), y likewise. Heckbert,
 * "Fundamentals of Texture Mapping and Image Warping", 1989, section 2.2.3. */
struct projection {
    double a, b, c, d, e, f, g, h;
};

static struct projection project(const struct corners *corners) {
    const double *x = corners->x, *y = corners->y;
    double dx1 = x[1] - x[2], dx2 = x[3] - x[2], sx = x[0] - x[1] + x[2] - x[3];
    double dy1 = y[1] - y[2], dy2 = y[3] - y[2], sy = y[0] - y[1] + y[2] - y[3];
    double determinant = dx1 * dy2 - dx2 * dy1;
    double g = (sx * dy2 - dx2 * sy) / determinant, h = (dx1 * sy - sx * dy1) / determinant;
    return (struct projection){x[1] - x[0] + g * x[1],
                               x[3] - x[0] + h * x[3],
                               x[0],
                               y[1] - y[0] + g * y[1],
                               y[3] - y[0] + h * y[3],
                               y[0],
                               g,
                               h};
}

static double pixel_at(const struct picture *picture, double x, double y) {
    double column = fmin(fmax(x, 0), (double)picture->width - 1.001);
    double row = fmin(fmax(y, 0), (double)picture->height - 1.001);
    const uint8_t *pixel = picture->pixels + (size_t)row * picture->width + (size_t)column;
    double right = column - floor(column), below = row - floor(row);
    return (1 - below) * ((1 - right) * pixel[0] + right * pixel[1]) +
           below * ((1 - right) * pixel[picture->width] + right * pixel[picture->width + 1]);
}

static void copy_cell(struct cell *cell, const struct picture *picture, const struct projection *map, int row,
                      int column) {
    for (int i = 0; i < CELL_PATCH * CELL_PATCH; i++) {
        double across = (i % CELL_PATCH + 0.5 - CELL_PATCH / 2.0) / CELL_SIDE + 0.5;
        double down = (double)(i / CELL_PATCH) / CELL_SIDE + (0.5 - CELL_PATCH / 2.0) / CELL_SIDE + 0.5;
        double u = (column + across) / TABLE_COLUMNS, v = (row + down) / TABLE_ROWS, w = map->g * u + map->h * v + 1;
        cell->pixels[i] = (uint8_t)(pixel_at(picture, (map->a * u + map->b * v + map->c) / w - 0.5,
                                             (map->d * u + map->e * v + map->f) / w - 0.5) +
                                    0.5);
    }
}

/* ---- Files ---- */

/* The digits of a table's file: two lines of text, then the rows. */
static int read_digits(int32_t *digits, const char *path) {
    char line[LINE_SIZE];
    int count = 0, digit;
    FILE *file = fopen(path, "r");
    if (file && fgets(line, sizeof line, file) && fgets(line, sizeof line, file))
        while (count < TABLE_ROWS * TABLE_COLUMNS && fscanf(file, "%d", &digit) == 1 && digit >= 0 && digit <= 9)
            digits[count++] = digit;
    if (file)
        fclose(file);
    if (count < TABLE_ROWS * TABLE_COLUMNS)
        fprintf(stderr, "%s: there are not %d digits\n", path, TABLE_ROWS * TABLE_COLUMNS);
    return count < TABLE_ROWS * TABLE_COLUMNS ? -1 : 0;
}

/* Whether the corners are those of the table: those of four are not, and others lie outside of their pictures. */
static int has_corners(unsigned number, const struct corners *corners, const struct picture *picture) {
    static const unsigned wrong[] = {1031, 1039, 1043, 1083};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (number == wrong[i])
            return 0;
    for (int i = 0; i < 4; i++)
        if (corners->x[i] > (double)picture->width || corners->y[i] > (double)picture->height)
            return 0;
    return 1;
}

/* The cells of the picture imageNUMBER.jpg with the digits of imageNUMBER.dat. */
static int add_table(struct cells *cells, const char *grids, unsigned number, const struct corners *corners) {
    char name[LINE_SIZE], message[IMAGE_MESSAGE_SIZE];
    int32_t digits[TABLE_ROWS * TABLE_COLUMNS];
    struct picture picture;
    struct projection map = project(corners);
    snprintf(name, sizeof name, "%.200s/image%u.dat", grids, number);
    if (read_digits(digits, name))
        return -1;
    snprintf(name, sizeof name, "%.200s/image%u.jpg", grids, number);
    if (read_image(&picture, name, 1, MOST_PIXELS, message)) {
        fprintf(stderr, "%s: %s\n", name, message);
        return -1;
    }
    if (!has_corners(number, corners, &picture)) {
        free(picture.pixels);
        return 0;
    }
    struct cell *more = realloc(cells->items, (cells->count + TABLE_ROWS * TABLE_COLUMNS) * sizeof *more);
    if (more) {
        cells->items = more;
        for (int i = 0; i < TABLE_ROWS * TABLE_COLUMNS; i++, cells->count++) {
            more[cells->count].label = digits[i];
            copy_cell(&more[cells->count], &picture, &map, i / TABLE_COLUMNS, i % TABLE_COLUMNS);
        }
    } else {
        fprintf(stderr, "out of memory for cells\n");
    }
    free(picture.pixels);
    return more ? 0 : -1;
}

static int read_tables(struct cells *cells, FILE *file, const char *grids, unsigned divisor, unsigned rest) {
    char line[LINE_SIZE];
    while (fgets(line, sizeof line, file)) {
        struct corners c;
        unsigned number;
        if (sscanf(line, "image%u.jpg,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf", &number, &c.x[0], &c.y[0], &c.x[1], &c.y[1],
                   &c.x[2], &c.y[2], &c.x[3], &c.y[3]) != 9 ||
            number % divisor != rest)
            continue;
        if (add_table(cells, grids, number, &c))
            return -1;
    }
    return 0;
}

int load_cells(struct cells *cells, const char *folder, unsigned divisor, unsigned rest) {
    char *grids = join_path(folder, "grids"), *path = grids ? join_path(grids, "corners.csv") : NULL;
    FILE *file = path ? fopen(path, "r") : NULL;
    int code = file ? read_tables(cells, file, grids, divisor, rest) : -1;
    if (file)
        fclose(file);
    else if (path)
        perror(path);
    free(path);
    free(grids);
    return code;
}

void free_cells(struct cells *cells) {
    free(cells->items);
    *cells = (struct cells){.count = 0};
}

/* ---- Cutting ---- */

void cut_cell(struct photo *photo, const struct cell *cell, struct draw_random *random) {
    struct drawing patch, cut;
    drawing_from_bytes(&patch, cell->pixels, CELL_PATCH, CELL_PATCH);
    float size = random_in(random, 0.85f, 1.2f) * CELL_SIDE, zoom = random_log(random, 0.7f, 1.3f);
    float angle = random_normal(random) * 0.025f, side = roundf(size * zoom);
    float x = CELL_PATCH / 2.0f + random_normal(random) * 0.03f * CELL_SIDE;
    float y = CELL_PATCH / 2.0f + random_normal(random) * 0.03f * CELL_SIDE;
    float c = cosf(angle) / zoom, s = sinf(angle) / zoom;
    clear_drawing(&cut, (int)side, (int)side);
    draw_mapped(&cut, &patch, &(struct affine){c, s, x - (c + s) * side / 2, -s, c, y - (c - s) * side / 2});
    photo->width = cut.width;
    photo->height = cut.height;
    for (int i = 0; i < cut.width * cut.height; i++)
        photo->pixels[i] = (uint8_t)(255 * cut.ink[i] + 0.5f);
}
