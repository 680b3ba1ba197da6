/* Connected pieces of ink. */
#ifndef DNN_IMAGE_COMPONENTS_H
#define DNN_IMAGE_COMPONENTS_H

#include "image/box.h"
#include "image/plane.h"

/* Pixels first .. end - 1 of a row, of one component. */
typedef struct digitnet__run {
    uint32_t row, first, end, component;
} digitnet__run;

typedef struct digitnet__component {
    digitnet__box box;
    size_t pixels;
    uint64_t ink; /* the sum of its pixels */
} digitnet__component;

/* Components in the order of their first pixels, and their runs by row and column. */
typedef struct digitnet__components {
    digitnet__component *items;
    size_t count;
    digitnet__run *runs;
    size_t run_count;
} digitnet__components;

/* Finds what is connected, also over corners, of the pixels that are at least `threshold`, which is not zero. ENOMEM;
 * ELIMIT for pictures with sides above 2^32 - 1 pixels. To be released after a success. */
digitnet_status digitnet__components_find(digitnet__components *out, const digitnet__plane *ink, uint8_t threshold);
void digitnet__components_release(digitnet__components *components);

/* Sets the pixels of each component that `erase`, an element a component, names to zero. */
void digitnet__components_erase(digitnet__plane *ink, const digitnet__components *components,
                                const unsigned char *erase);

/* How far a component's upper end lies to the right of its lower one, in pixels. */
double digitnet__component_lean(const digitnet__components *components, size_t component);

#endif
