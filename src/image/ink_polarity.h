/* Whether the ink of lines, tables and pages is darker or lighter than their paper. */
#ifndef DNN_IMAGE_INK_POLARITY_H
#define DNN_IMAGE_INK_POLARITY_H

#include "image/plane.h"

#include <stdbool.h>

/* Strokes are narrow, paper, shadows and tables are not. ENOMEM. */
digitnet_status digitnet__ink_polarity_find(bool *dark, const digitnet__plane *picture);

#endif
