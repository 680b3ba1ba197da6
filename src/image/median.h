/* The value in the middle of many. */
#ifndef DNN_IMAGE_MEDIAN_H
#define DNN_IMAGE_MEDIAN_H

#include <stddef.h>

/* Of at least one value; of two in the middle their mean. Sorts them. */
double digitnet__median(double *values, size_t count);

#endif
