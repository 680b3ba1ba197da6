/* The table in a picture, and the ink of its cells. */
#ifndef DNN_IMAGE_TABLE_H
#define DNN_IMAGE_TABLE_H

#include "digitnet/image.h"
#include "image/grid.h"

typedef struct digitnet__table {
    digitnet__plane ink; /* of the picture */
    digitnet__grid grid;
} digitnet__table;

/* Is handed the ink of the picture each time that a table is looked for in it. */
typedef digitnet_status (*digitnet__table_ink_fn)(const digitnet__plane *ink, void *user_data);

/* Finds the table of rows x columns cells, or of any number where that is 0, also on its side where that is another
 * shape, in dark or in light ink where the picture does not say. `image` has been read by digitnet__picture_read();
 * `on_ink` may be NULL. ENOTFOUND; EINVAL for too many rows or columns; ENOMEM; what `on_ink` returns. To be released
 * after a success. */
digitnet_status digitnet__table_find(digitnet__table *out, const digitnet_image *image, size_t rows, size_t columns,
                                     digitnet__table_ink_fn on_ink, void *user_data);
void digitnet__table_release(digitnet__table *table);

#endif
