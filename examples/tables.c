#include "tables.h"

#include "files.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINE_SIZE = 256, MOST_PIXELS = 1 << 26 };

/* The digits of a table's file: two lines of text, then the rows. */
static int read_digits(int32_t *digits, const char *path) {
    char line[LINE_SIZE];
    int count = 0, digit;
    FILE *file = fopen(path, "r");
    if (file && fgets(line, sizeof line, file) && fgets(line, sizeof line, file))
        while (count < TABLE_CELLS && fscanf(file, "%d", &digit) == 1 && digit >= 0 && digit <= 9)
            digits[count++] = digit;
    if (file)
        fclose(file);
    if (count < TABLE_CELLS)
        fprintf(stderr, "%s: there are not %d digits\n", path, TABLE_CELLS);
    return count < TABLE_CELLS ? -1 : 0;
}

/* Whether the corners are those of the table: those of four are not, and others lie outside of their pictures. */
static int has_corners(const struct table *table) {
    static const unsigned wrong[] = {1031, 1039, 1043, 1083};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (table->number == wrong[i])
            return 0;
    for (int i = 0; i < 4; i++)
        if (table->corners.x[i] > (double)table->picture.width || table->corners.y[i] > (double)table->picture.height)
            return 0;
    return 1;
}

/* The picture imageNUMBER.jpg with the digits of imageNUMBER.dat. */
static int read_table(struct table *table, const char *grids) {
    char name[LINE_SIZE], message[IMAGE_MESSAGE_SIZE];
    snprintf(name, sizeof name, "%.200s/image%u.dat", grids, table->number);
    if (read_digits(table->digits, name))
        return -1;
    snprintf(name, sizeof name, "%.200s/image%u.jpg", grids, table->number);
    if (read_image(&table->picture, name, 1, MOST_PIXELS, message)) {
        fprintf(stderr, "%s: %s\n", name, message);
        return -1;
    }
    table->has_corners = has_corners(table);
    return 0;
}

/* A row of corners.csv; 0 where it has no table. */
static int read_row(struct table *table, const char *row) {
    struct corners *c = &table->corners;
    return sscanf(row, "image%u.jpg,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf", &table->number, &c->x[0], &c->y[0], &c->x[1],
                  &c->y[1], &c->x[2], &c->y[2], &c->x[3], &c->y[3]) == 9;
}

int visit_tables(const char *folder, unsigned divisor, unsigned rest,
                 int (*visit)(const struct table *table, void *context), void *context) {
    char row[LINE_SIZE], *grids = join_path(folder, "grids"), *path = grids ? join_path(grids, "corners.csv") : NULL;
    FILE *file = path ? fopen(path, "r") : NULL;
    int code = file ? 0 : -1;
    if (path && !file)
        perror(path);
    while (!code && fgets(row, sizeof row, file)) {
        struct table table;
        if (!read_row(&table, row) || table.number % divisor != rest)
            continue;
        code = read_table(&table, grids);
        if (code)
            break;
        code = visit(&table, context);
        free(table.picture.pixels);
    }
    if (file)
        fclose(file);
    free(path);
    free(grids);
    return code;
}
