#include "write_png.h"

#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* png_image_write_to_file() would remove whatever stands there. A link stays too: /dev/stdout may be one to a file. */
static void remove_part(const char *path) {
    struct stat found;
    if (lstat(path, &found) == 0 && S_ISREG(found.st_mode))
        (void)remove(path);
}

int write_png(const char *path, const uint8_t *pixels, size_t width, size_t height, size_t channels) {
    png_image encoder = {.version = PNG_IMAGE_VERSION,
                         .width = (png_uint_32)width,
                         .height = (png_uint_32)height,
                         .format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB};
    FILE *file = fopen(path, "wb");
    if (!file) {
        fprintf(stderr, "cannot write %s: %s\n", path, strerror(errno));
        return -1;
    }
    int encoded = png_image_write_to_stdio(&encoder, file, 0, pixels, 0, NULL);
    int lost = ferror(file);
    lost |= fclose(file);
    if (encoded && !lost)
        return 0;
    fprintf(stderr, "cannot write %s: %s\n", path, lost ? strerror(errno) : encoder.message);
    remove_part(path);
    return -1;
}
