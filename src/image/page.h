/* From the ink of a page to its lines. */
#ifndef DNN_IMAGE_PAGE_H
#define DNN_IMAGE_PAGE_H

#include "digitnet/image.h"
#include "image/text_lines.h"

#include <stdbool.h>

/* A page's ink, and how many pixels of the picture are side by side in one of it. */
typedef struct digitnet__page_ink {
    digitnet__plane plane;
    digitnet__plane ruled; /* with the rules, where some were erased; else nothing */
    size_t factor;
} digitnet__page_ink;

/* A page, turned so that its lines run along the rows, from left to right or the other way round. */
typedef struct digitnet__page {
    digitnet__plane ink;
    const digitnet__plane *ruled; /* with the rules, not turned; the page ink's */
    digitnet__components pieces;
    digitnet__text_lines lines;
    size_t factor;   /* its ink's */
    int quarters;    /* clockwise, by which it was turned */
    bool has_rules;  /* which were erased from its ink */
    double evidence; /* that lines run along the rows, not along the columns, as digitnet__text_direction has it */
} digitnet__page;

/* The ink map of a picture of a page. ENOMEM. To be released after a success. */
digitnet_status digitnet__page_find_ink(digitnet__page_ink *ink, const digitnet_image *image);
void digitnet__page_ink_release(digitnet__page_ink *ink);

/* Erases rules, and what lies beside the sheet; where writing is far larger than it needs to be read, the ink is
 * reduced. ENOMEM; ELIMIT for pictures with too much texture. */
digitnet_status digitnet__page_clean(digitnet__page_ink *ink);

/* Finds the lines of clean ink that is turned by `quarters`. ENOMEM; ELIMIT. To be released after a success, before the
 * ink. */
digitnet_status digitnet__page_find_lines(digitnet__page *page, const digitnet__page_ink *ink, int quarters);
void digitnet__page_release(digitnet__page *page);

/* Cuts out a line, turned on its head where `on_head` is set. `corners` receives where the corners of `line_ink` are in
 * the picture. ENOMEM. */
digitnet_status digitnet__page_cut_line(digitnet__plane *line_ink, digitnet__point corners[4],
                                        const digitnet__page *page, size_t line, bool on_head);

/* Cuts out what is around a line, with the rules: so many pixels more at its ends, and above and below it. ENOMEM. */
digitnet_status digitnet__page_cut_around(digitnet__plane *out, digitnet__point corners[4], const digitnet__page *page,
                                          size_t line, bool on_head, double ends, double sides);

#endif
