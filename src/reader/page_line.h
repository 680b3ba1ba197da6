/* A line of a page: as a whole, or those of its words that are digits. */
#ifndef DNN_READER_PAGE_LINE_H
#define DNN_READER_PAGE_LINE_H

#include "image/page.h"
#include "reader/reader.h"

/* Where the last lines in boxes were read: a row of boxes may be several lines of the page. */
enum { DNN_PAGE_LAST_BOXES = 8 };
typedef struct digitnet__page_boxes {
    digitnet_place corners[DNN_PAGE_LAST_BOXES][4]; /* of line i at i % DNN_PAGE_LAST_BOXES */
    size_t count;
} digitnet__page_boxes;

/* Adds what a line says in digits to the call's reading: nothing, where it was read with other boxes before or has
 * none, a line, or several between which there is text; on a page that stands on its head the last of them first.
 * `value` grows by how many digits are read, those that are sure. ENOMEM, and the statuses of
 * digitnet_session_run_width_u8(). */
digitnet_status digitnet__page_line_read(digitnet__read_call *call, double *value, digitnet__page_boxes *boxes,
                                         const digitnet__page *page, size_t line, bool on_head);

#endif
