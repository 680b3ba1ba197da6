/* A line of a page: as a whole, or those of its words that are digits. */
#ifndef DNN_READER_PAGE_LINE_H
#define DNN_READER_PAGE_LINE_H

#include "image/page.h"
#include "reader/reader.h"

/* Adds what a line says in digits to the call's reading: nothing, a line, or several between which there is text or
 * boxes end; on a page that stands on its head the last of them first. `value` grows by how many digits are read, those
 * that are sure. ENOMEM, and the statuses of digitnet_session_run() and digitnet_session_run_width_u8(). */
digitnet_status digitnet__page_line_read(digitnet__read_call *call, double *value, const digitnet__page *page,
                                         size_t line, bool on_head);

#endif
