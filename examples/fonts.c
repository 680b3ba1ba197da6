#include "fonts.h"

#include "files.h"

#include <ft2build.h>
#include <stdio.h>
#include <stdlib.h>
#include FT_FREETYPE_H

const char FONT_PACKAGES[] = "fonts-dejavu-core fonts-dejavu-extra fonts-liberation2 fonts-freefont-ttf "
                             "fonts-urw-base35 fonts-crosextra-carlito fonts-comic-neue fonts-ocr-a fonts-ocr-b";

/* Serif, sans, fixed width, condensed, bold, oblique, and those that machines print to read again. */
static const char *const files[] = {
    "truetype/dejavu/DejaVuSans.ttf",
    "truetype/dejavu/DejaVuSans-Bold.ttf",
    "truetype/dejavu/DejaVuSans-ExtraLight.ttf",
    "truetype/dejavu/DejaVuSansMono.ttf",
    "truetype/dejavu/DejaVuSansCondensed.ttf",
    "truetype/dejavu/DejaVuSerif.ttf",
    "truetype/dejavu/DejaVuSerif-BoldItalic.ttf",
    "truetype/dejavu/DejaVuSerifCondensed-Italic.ttf",
    "truetype/liberation2/LiberationMono-Regular.ttf",
    "truetype/liberation2/LiberationMono-Bold.ttf",
    "truetype/liberation2/LiberationSans-Regular.ttf",
    "truetype/liberation2/LiberationSans-BoldItalic.ttf",
    "truetype/liberation2/LiberationSerif-Regular.ttf",
    "truetype/liberation2/LiberationSerif-Italic.ttf",
    "truetype/freefont/FreeMono.ttf",
    "truetype/freefont/FreeMonoBoldOblique.ttf",
    "truetype/freefont/FreeSans.ttf",
    "truetype/freefont/FreeSerif.ttf",
    "truetype/freefont/FreeSerifBoldItalic.ttf",
    "truetype/crosextra/Carlito-Regular.ttf",
    "truetype/crosextra/Carlito-Bold.ttf",
    "truetype/crosextra/Carlito-Italic.ttf",
    "truetype/ocr-a/OCRA.ttf",
    "opentype/ocr-b/OCRB.otf",
    "opentype/comic-neue/ComicNeue-Regular.otf",
    "opentype/comic-neue/ComicNeue-BoldItalic.otf",
    "opentype/urw-base35/C059-Roman.otf",
    "opentype/urw-base35/C059-BdIta.otf",
    "opentype/urw-base35/NimbusMonoPS-Regular.otf",
    "opentype/urw-base35/NimbusRoman-Regular.otf",
    "opentype/urw-base35/NimbusRoman-BoldItalic.otf",
    "opentype/urw-base35/NimbusSans-Regular.otf",
    "opentype/urw-base35/NimbusSans-Bold.otf",
    "opentype/urw-base35/NimbusSansNarrow-Regular.otf",
    "opentype/urw-base35/NimbusSansNarrow-BoldOblique.otf",
    "opentype/urw-base35/P052-Roman.otf",
    "opentype/urw-base35/P052-BoldItalic.otf",
    "opentype/urw-base35/URWBookman-Light.otf",
    "opentype/urw-base35/URWBookman-DemiItalic.otf",
    "opentype/urw-base35/URWGothic-Book.otf",
    "opentype/urw-base35/URWGothic-Demi.otf",
};

enum { FONTS = sizeof files / sizeof *files };

struct fonts {
    FT_Library library;
    FT_Face faces[FONTS];
};

static int open_font(FT_Face *face, FT_Library library, const char *folder, const char *file) {
    char *path = join_path(folder, file);
    if (!path)
        return -1;
    int error = FT_New_Face(library, path, 0, face);
    if (error)
        fprintf(stderr, "%s: FreeType cannot open this font (error %d). apt-get install %s gets all fonts\n", path,
                error, FONT_PACKAGES);
    free(path);
    return error ? -1 : 0;
}

int open_fonts(struct fonts **out, const char *folder) {
    struct fonts *fonts = calloc(1, sizeof *fonts);
    *out = NULL;
    if (!fonts || FT_Init_FreeType(&fonts->library)) {
        fprintf(stderr, "out of memory for fonts\n");
        free(fonts);
        return -1;
    }
    for (size_t i = 0; i < FONTS; i++) {
        if (open_font(&fonts->faces[i], fonts->library, folder, files[i])) {
            close_fonts(fonts);
            return -1;
        }
    }
    *out = fonts;
    return 0;
}

void close_fonts(struct fonts *fonts) {
    if (!fonts)
        return;
    FT_Done_FreeType(fonts->library); /* and with it all faces */
    free(fonts);
}

size_t font_count(void) {
    return FONTS;
}

int draw_printed(struct printed *out, struct fonts *fonts, size_t font, uint32_t character, unsigned height) {
    FT_Face face = fonts->faces[font];
    /* Digits are about 0.7 of a font's size high. Without hinting the form does not depend on the size. */
    FT_UInt index = FT_Get_Char_Index(face, character);
    if (index == 0 || FT_Set_Pixel_Sizes(face, 0, height * 10 / 7) ||
        FT_Load_Glyph(face, index, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP) ||
        FT_Render_Glyph(face->glyph, FT_RENDER_MODE_NORMAL))
        return -1;
    const FT_Bitmap *bitmap = &face->glyph->bitmap;
    if (bitmap->width == 0 || bitmap->rows == 0 || bitmap->pitch != (int)bitmap->width)
        return -1;
    *out = (struct printed){.width = bitmap->width,
                            .height = bitmap->rows,
                            .left = face->glyph->bitmap_left,
                            .top = face->glyph->bitmap_top,
                            .advance = (int)(face->glyph->advance.x / 64),
                            .pixels = bitmap->buffer};
    return 0;
}
