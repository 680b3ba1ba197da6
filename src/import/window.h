/* The windows of convolutions and pools in a file. */
#ifndef DNN_IMPORT_WINDOW_H
#define DNN_IMPORT_WINDOW_H

#include "import/importer.h"

typedef struct digitnet__import_window {
    size_t sizes[2], strides[2], dilations[2]; /* rows, columns */
    size_t before[2], after[2];                /* padding */
    bool is_line;                              /* the file has columns alone, of which this is one row */
} digitnet__import_window;

/* Calls what reads an operator on channels x rows x columns. One whose windows are those of lines takes channels x
 * columns: they are given as one row, and taken back so. */
digitnet_status digitnet__import_by_rows(digitnet__importer *importer, const digitnet__import_node *node, bool is_line,
                                         digitnet_status (*read)(digitnet__importer *importer,
                                                                 const digitnet__import_node *node));

/* Reads strides, dilations and padding over an image; `sizes` are those of the weights, or 0: then the file must have
 * them. `pads` are zeros that stand around the image already. */
digitnet_status digitnet__import_window_read(digitnet__import_window *window, const digitnet__import_node *node,
                                             digitnet__shape image, const digitnet__import_pads *pads);
/* EUNSUPPORTED where windows are larger than what they take with its padding. */
digitnet_status digitnet__import_window_check(const digitnet__import_window *window, const digitnet__import_node *node,
                                              digitnet__shape image);
/* Sets the attributes of a layer; padding is one of the two that have a name where it can be. */
void digitnet__import_window_set(digitnet__attributes *attributes, const digitnet__import_window *window,
                                 digitnet__shape image);

#endif
