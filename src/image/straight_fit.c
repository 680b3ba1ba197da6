#include "image/straight_fit.h"

#include "core/ieee.h"

#include <math.h>

void digitnet__straight_fit_add(digitnet__straight_fit *fit, double x, double y) {
    fit->count += 1.0;
    fit->x += x;
    fit->y += y;
    fit->xx += x * x;
    fit->xy += x * y;
    fit->yy += y * y;
}

static double spread(const digitnet__straight_fit *fit) {
    return fit->count * fit->xx - fit->x * fit->x;
}

double digitnet__straight_fit_slope(const digitnet__straight_fit *fit) {
    double across = spread(fit);
    return across > 0.0 ? (fit->count * fit->xy - fit->x * fit->y) / across : 0.0;
}

double digitnet__straight_fit_bend(const digitnet__straight_fit *fit) {
    double across = spread(fit), both = fit->count * fit->xy - fit->x * fit->y;
    double square = fit->count * fit->yy - fit->y * fit->y - (across > 0.0 ? both * both / across : 0.0);
    return sqrt(fmax(square, 0.0)) / fit->count;
}
