/* Printed characters, drawn by FreeType from Debian's fonts. */
#ifndef FONTS_H
#define FONTS_H

#include <stddef.h>
#include <stdint.h>

struct fonts;

/* A character as it is printed: 0 paper to 255 ink, cut to its ink. */
struct printed {
    size_t width, height;
    int left, top;         /* the first column from the pen's place, the first row above the base line */
    int advance;           /* how far the pen moves on */
    const uint8_t *pixels; /* height x width; the fonts' own, until the next character is drawn */
};

/* Opens the fonts of FONT_PACKAGES below the folder, such as /usr/share/fonts. Returns 0, or -1 with a message on
 * stderr that names the file which is not there. */
int open_fonts(struct fonts **out, const char *folder);
void close_fonts(struct fonts *fonts);
/* How many fonts there are. */
size_t font_count(void);

/* Draws a character of a font whose digits are so many pixels high. Returns 0, or -1 where the font has none. */
int draw_printed(struct printed *out, struct fonts *fonts, size_t font, uint32_t character, unsigned height);

/* Debian's packages that have the fonts. */
extern const char FONT_PACKAGES[];

#endif
