/* What stands between and around numbers, and is not read: points, dashes, signs of currencies. */
#ifndef DRAW_MARK_H
#define DRAW_MARK_H

#include "canvas.h"
#include "draw_random.h"

/* Draws a mark between numbers, or, with `around`, one that stands before or behind them. Its left edge is at `x`, and
 * `base` is the row on which digits of this height stand. Returns where it ends. */
float draw_mark(struct canvas *canvas, float x, float base, float height, float pen, int around,
                struct draw_random *random);

#endif
