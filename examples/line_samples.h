/* Drawn lines as a data set: each is drawn when it is asked for, and framed as a reader frames a picture. */
#ifndef LINE_SAMPLES_H
#define LINE_SAMPLES_H

#include "draw_line.h"

#include <digitnet/digitnet.h>

/* A data set of `count` strips of STRIP_HEIGHT x STRIP_WIDTH and their digits. In training each epoch has others; else
 * `seed` and a sample's index say which it is. `material` must live longer. */
digitnet_status create_line_samples(digitnet_dataset **out, const struct line_material *material, size_t count,
                                    uint64_t seed, size_t threads);

#endif
