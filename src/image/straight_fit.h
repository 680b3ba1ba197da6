/* The straight line that fits points best, by least squares. */
#ifndef DNN_IMAGE_STRAIGHT_FIT_H
#define DNN_IMAGE_STRAIGHT_FIT_H

/* Sums over the points; all zeros are none. */
typedef struct digitnet__straight_fit {
    double count, x, y, xx, xy, yy;
} digitnet__straight_fit;

void digitnet__straight_fit_add(digitnet__straight_fit *fit, double x, double y);
/* By how much y grows with x; 0 where all points have one x. */
double digitnet__straight_fit_slope(const digitnet__straight_fit *fit);
/* How far the points are from the line in y, as the root of the mean square. There must be one. */
double digitnet__straight_fit_bend(const digitnet__straight_fit *fit);

#endif
