/* What a scanner or a camera makes of ink on paper. */
#ifndef DRAW_SCAN_H
#define DRAW_SCAN_H

#include "canvas.h"
#include "draw_random.h"

/* Draws paper and light, and puts the ink on it: `written` by a pen, `printed` by a form's press; both are used up.
 * `pixels` receives height x width bytes, 0 dark to 255 light. */
void draw_scan(uint8_t *pixels, struct canvas *written, struct canvas *printed, struct draw_random *random);

#endif
