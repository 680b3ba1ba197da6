#include "image/table.h"

#include "core/status.h"
#include "image/ink_map.h"

/* A stroke or rule is at most this part of the picture's shorter side wide. */
enum { STROKE_PARTS = 24 };

/* Upright, or on its side where that is another shape. */
static digitnet_status find_grid(digitnet__grid *grid, const digitnet__plane *ink, size_t rows, size_t columns) {
    digitnet__message message = digitnet__message_keep();
    digitnet_status status = digitnet__grid_find(grid, ink, rows, columns);
    if (status != DIGITNET_ENOTFOUND || rows == columns)
        return status;
    digitnet__message_restore(&message);
    DNN_TRY(digitnet__grid_find(grid, ink, columns, rows));
    status = digitnet__grid_turn(grid);
    if (status)
        digitnet__grid_release(grid);
    return status;
}

static digitnet_status find_in_ink(digitnet__table *out, const digitnet_image *image, size_t rows, size_t columns,
                                   digitnet__table_ink_fn on_ink, void *user_data) {
    size_t side = image->width < image->height ? image->width : image->height;
    DNN_TRY(digitnet__ink_map_create(&out->ink, image, side / STROKE_PARTS));
    digitnet_status status = on_ink ? on_ink(&out->ink, user_data) : DIGITNET_OK;
    if (!status)
        status = find_grid(&out->grid, &out->ink, rows, columns);
    if (status)
        digitnet__plane_release(&out->ink);
    return status;
}

digitnet_status digitnet__table_find(digitnet__table *out, const digitnet_image *image, size_t rows, size_t columns,
                                     digitnet__table_ink_fn on_ink, void *user_data) {
    /* What most strokes look like may mislead: then both are tried. */
    const digitnet_polarity tried[] = {image->polarity, DIGITNET_POLARITY_DARK_INK, DIGITNET_POLARITY_LIGHT_INK};
    size_t count = image->polarity == DIGITNET_POLARITY_AUTO ? sizeof tried / sizeof *tried : 1;
    digitnet__message message = digitnet__message_keep();
    digitnet_status status = DIGITNET_ENOTFOUND;
    for (size_t i = 0; i < count && status == DIGITNET_ENOTFOUND; i++) {
        digitnet_image own = *image;
        own.polarity = tried[i];
        digitnet__message_restore(&message);
        status = find_in_ink(out, &own, rows, columns, on_ink, user_data);
    }
    return status;
}

void digitnet__table_release(digitnet__table *table) {
    digitnet__plane_release(&table->ink);
    digitnet__grid_release(&table->grid);
}
