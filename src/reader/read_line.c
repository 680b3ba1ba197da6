#include "core/status.h"
#include "image/ink_map.h"
#include "reader/line.h"
#include "reader/line_cells.h"

/* A stroke is at most this part of the height of a picture of one line. */
enum { STROKES_PER_HEIGHT = 4 };

static digitnet_status read_line(digitnet__read_call *call) {
    digitnet_place corners[4];
    double certainty;
    digitnet__plane ink = {.pixels = NULL};
    if (!call->scratch->line)
        return digitnet__fail(DIGITNET_ESTATE, "%s: the reader has no model of lines", call->where);
    digitnet__picture_corners(corners, &call->image);
    DNN_TRY(digitnet__ink_map_create(&ink, &call->image, call->image.height / STROKES_PER_HEIGHT));
    digitnet_status status = digitnet__read_step(call, "ink", &ink);
    if (!status) {
        status = digitnet__line_cells_read(call, &certainty, &ink, true, corners);
        if (status == DIGITNET_ENOTFOUND)
            status = digitnet__line_read(call, &certainty, &ink, corners, 0.0);
    }
    digitnet__plane_release(&ink);
    return status;
}

digitnet_status digitnet_reader_read_line(digitnet_reading **out, digitnet_reader_scratch *scratch,
                                          const digitnet_image *image, const digitnet_read_options *options) {
    return digitnet__read(out, scratch, image, options, "digitnet_reader_read_line", read_line);
}
