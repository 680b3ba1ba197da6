#include "core/call.h"
#include "core/memory.h"
#include "core/status.h"
#include "digitnet/image.h"
#include "image/cell.h"
#include "image/picture.h"
#include "image/table.h"

#include <string.h>

enum { FRAME_VALUES = DIGITNET_FRAME_SIZE * DIGITNET_FRAME_SIZE };

static digitnet_status frame_cell(float *frame, const digitnet__table *table, size_t row, size_t column) {
    size_t digits;
    digitnet_status status = digitnet__cell_frame(frame, &digits, &table->ink, &table->grid, row, column);
    if (status != DIGITNET_ENOTFOUND)
        return status;
    memset(frame, 0, FRAME_VALUES * sizeof *frame);
    return DIGITNET_OK;
}

static digitnet_status frame_cells(float *out, size_t capacity, const digitnet__table *table, const char *where) {
    size_t rows = table->grid.rows, columns = table->grid.columns;
    if (capacity / FRAME_VALUES < rows * columns)
        return digitnet__fail(DIGITNET_EBUFFER, "%s: out has room for %zu values, %zu x %zu x %d are needed", where,
                              capacity, rows, columns, FRAME_VALUES);
    digitnet_status status = DIGITNET_OK;
    for (size_t i = 0; !status && i < rows * columns; i++)
        status = frame_cell(out + i * FRAME_VALUES, table, i / columns, i % columns);
    return status;
}

static digitnet_status frame_table(float *out, size_t capacity, size_t *rows, size_t *columns,
                                   const digitnet_image *image) {
    const char *where = "digitnet_image_frame_table";
    digitnet_image own;
    digitnet__table table;
    if (!out || !rows || !columns)
        return digitnet__fail(DIGITNET_EINVAL, "%s: %s is NULL", where, !out ? "out" : !rows ? "rows" : "columns");
    DNN_TRY(digitnet__picture_read(&own, image, where));
    DNN_TRY(digitnet__table_find(&table, &own, *rows, *columns, NULL, NULL));
    digitnet_status status = frame_cells(out, capacity, &table, where);
    if (!status || status == DIGITNET_EBUFFER) {
        *rows = table.grid.rows;
        *columns = table.grid.columns;
    }
    digitnet__table_release(&table);
    return status;
}

digitnet_status digitnet_image_frame_table(float *out, size_t capacity, size_t *rows, size_t *columns,
                                           const digitnet_image *image) {
    digitnet__call call;
    digitnet__call_enter(&call);
    return digitnet__call_leave(&call, frame_table(out, capacity, rows, columns, image));
}
