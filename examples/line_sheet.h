/* A picture of drawn lines, each above the strip that the network sees of it. */
#ifndef LINE_SHEET_H
#define LINE_SHEET_H

#include "draw_line.h"

/* Writes a PNG. Returns 0, or -1 with a message on stderr. */
int write_line_sheet(const char *path, const struct line_material *material, uint64_t seed);

#endif
