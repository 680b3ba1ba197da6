/* Digits that a reader has framed. */
#ifndef FRAMED_DIGITS_H
#define FRAMED_DIGITS_H

#include <digitnet/digitnet.h>

/* Each of DIGITNET_FRAME_SIZE squared bytes, 0 paper to 255 ink; begins as zeros. */
struct framed_digits {
    size_t count, capacity;
    uint8_t *frames;
    int32_t *labels;
};

/* The frame's values, which are within [0, 1], as bytes. */
void frame_to_bytes(uint8_t *pixels, const float *frame);

/* Adds one, whose values are within [0, 1]. ENOMEM. */
digitnet_status add_framed_digit(struct framed_digits *digits, const float *frame, int32_t label);
void free_framed_digits(struct framed_digits *digits);

#endif
