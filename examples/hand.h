/* How one person writes, and one pen. */
#ifndef HAND_H
#define HAND_H

#include "canvas.h"
#include "draw_random.h"
#include "glyphs.h"

enum { WARP_KNOTS = 5 };

/* A smooth displacement over a glyph, in its pixels, linear between knots. */
struct warp {
    float x[WARP_KNOTS][WARP_KNOTS], y[WARP_KNOTS][WARP_KNOTS];
};

struct hand {
    float width, slant; /* of a digit's box: its stretch, and columns a row that it leans to the right */
    float pen;          /* in heights of a digit */
    /* Deviations from digit to digit: of the height, the width, the angle in radians, the baseline, the bends in
     * pixels.
     */
    float sizes, stretches, tilts, drift, bends;
    float small_zero, descent; /* a zero's height; how far 7 and 9 go below the line */
    struct warp warp;
    int pen_strokes;  /* middle lines with the hand's pen; else the digits as they were written */
    struct tone tone; /* for those */
    /* Probabilities: of a stroke up to a 1, one through a 7, one below a 1, one from a 0 to the next, one behind a 0.
     */
    float upstrokes, bars, feet, ligatures, tails;
};

/* A digit on its line: where its frame goes, and how it was bent. */
struct placed_digit {
    const struct glyph *glyph;
    int32_t label;
    struct affine map; /* from the glyph's pixels to the picture */
    struct warp warp;
    float height; /* in pixels of the picture */
};

struct hand choose_hand(struct draw_random *random);
/* A machine's: it prints all digits alike. */
struct hand choose_printer(struct draw_random *random);
/* Draws the size, tilt and bends of a digit; where it lies is up to the caller, who moves map.x0 and map.y0: now the
 * middle of its box is at (0, 0), its height about `height` pixels. */
void form_digit(struct placed_digit *digit, const struct hand *hand, float height, struct draw_random *random);
/* Draws it, with the strokes that the hand adds. */
void write_digit(struct canvas *canvas, const struct placed_digit *digit, const struct hand *hand,
                 struct draw_random *random);

#endif
