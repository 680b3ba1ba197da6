#include "framed_digits.h"

#include <stdlib.h>

enum { VALUES = DIGITNET_FRAME_SIZE * DIGITNET_FRAME_SIZE, FIRST_CAPACITY = 1024 };

void frame_to_bytes(uint8_t *pixels, const float *frame) {
    for (size_t i = 0; i < VALUES; i++)
        pixels[i] = (uint8_t)(255 * frame[i] + 0.5f);
}

static digitnet_status make_room(struct framed_digits *digits) {
    size_t capacity = digits->capacity ? 2 * digits->capacity : FIRST_CAPACITY;
    uint8_t *frames = realloc(digits->frames, capacity * VALUES);
    digits->frames = frames ? frames : digits->frames;
    int32_t *labels = realloc(digits->labels, capacity * sizeof *labels);
    digits->labels = labels ? labels : digits->labels;
    if (!frames || !labels) {
        digitnet_set_error("out of memory for digits");
        return DIGITNET_ENOMEM;
    }
    digits->capacity = capacity;
    return DIGITNET_OK;
}

digitnet_status add_framed_digit(struct framed_digits *digits, const float *frame, int32_t label) {
    if (digits->count == digits->capacity) {
        digitnet_status status = make_room(digits);
        if (status)
            return status;
    }
    frame_to_bytes(digits->frames + digits->count * VALUES, frame);
    digits->labels[digits->count++] = label;
    return DIGITNET_OK;
}

void free_framed_digits(struct framed_digits *digits) {
    free(digits->labels);
    free(digits->frames);
    *digits = (struct framed_digits){.count = 0};
}
