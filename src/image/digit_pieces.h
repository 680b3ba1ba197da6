/* Pieces of ink in a picture of one digit, and which of them the digit is made of. */
#ifndef DNN_IMAGE_DIGIT_PIECES_H
#define DNN_IMAGE_DIGIT_PIECES_H

#include "image/components.h"
#include "image/digit_levels.h"

typedef struct digitnet__digit_pieces {
    digitnet__components found;
    double *score;         /* ink, which counts less near the picture's edges */
    unsigned char *strong; /* 1 where there is strong ink */
} digitnet__digit_pieces;

/* Nearer to an edge than this part of the picture's shorter side a piece touches it. */
enum { DNN_EDGE_PARTS = 64 };

/* ENOMEM. To be released after a success. */
digitnet_status digitnet__digit_pieces_find(digitnet__digit_pieces *p, const digitnet__plane *ink,
                                            const digitnet__digit_levels *level);
void digitnet__digit_pieces_release(digitnet__digit_pieces *p);

/* The piece that counts most, or the number of pieces where none is strong. Where that is a frame, another one within
 * it that is large enough for a digit. */
size_t digitnet__digit_pieces_main(const digitnet__digit_pieces *p, const digitnet__plane *ink);
/* Marks the pieces of the digit, of which `first` is one. */
void digitnet__digit_pieces_gather(unsigned char *kept, const digitnet__digit_pieces *p, size_t first,
                                   const digitnet__plane *ink);
/* How many pieces stand beside the digit and beside each other, the digit itself counted. */
size_t digitnet__digit_pieces_count(const digitnet__digit_pieces *p, size_t first, const digitnet__plane *ink);

/* Whether a picture is large enough for lines beside the digit. */
bool digitnet__may_have_lines(const digitnet__plane *ink);
/* Whether a box keeps further away from all edges of the picture than this part of its shorter side. */
bool digitnet__is_inside(const digitnet__box *box, const digitnet__plane *ink, size_t parts);

#endif
