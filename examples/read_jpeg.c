#include <stdio.h>
/* jpeglib.h needs stdio.h before it. */
#include "read_image.h"

#include <jerror.h>
#include <jpeglib.h>
#include <limits.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* libjpeg's own error handler would end the program: this one jumps back. */
struct error_handler {
    struct jpeg_error_mgr manager; /* first, so that libjpeg's pointer to it is one to this */
    jmp_buf back;
    char *message;
};

static void jump_back(j_common_ptr decoder) {
    struct error_handler *handler = (struct error_handler *)decoder->err;
    char reason[JMSG_LENGTH_MAX];
    handler->manager.format_message(decoder, reason);
    snprintf(handler->message, IMAGE_MESSAGE_SIZE, "damaged JPEG: %s", reason);
    longjmp(handler->back, 1);
}

/* libjpeg goes on after the end of a truncated file, as if the rest were grey. Other warnings are harmless. */
static void note_message(j_common_ptr decoder, int level) {
    if (level < 0 && (decoder->err->msg_code == JWRN_JPEG_EOF || decoder->err->msg_code == JWRN_HIT_MARKER))
        jump_back(decoder);
}

static unsigned read_16(const uint8_t *bytes, int little_endian) {
    return little_endian ? bytes[0] | (unsigned)bytes[1] << 8 : bytes[1] | (unsigned)bytes[0] << 8;
}

/* How a camera was held, 1 to 8, from Exif data: a TIFF file, of which the first directory has an entry 0x0112.
 * TIFF 6.0, sections 2 and 8. */
static unsigned read_orientation(const uint8_t *exif, size_t size) {
    static const uint8_t mark[] = {'E', 'x', 'i', 'f', 0, 0};
    if (size < sizeof mark + 8 || memcmp(exif, mark, sizeof mark) != 0)
        return 1;
    const uint8_t *tiff = exif + sizeof mark;
    int little_endian = tiff[0] == 'I';
    size_t length = size - sizeof mark;
    size_t high = read_16(tiff + (little_endian ? 6 : 4), little_endian);
    size_t directory = high << 16 | read_16(tiff + (little_endian ? 4 : 6), little_endian);
    if (directory > length - 2)
        return 1;
    size_t entries = read_16(tiff + directory, little_endian);
    for (size_t i = 0, at = directory + 2; i < entries && length - at >= 12; i++, at += 12) {
        if (read_16(tiff + at, little_endian) != 0x0112)
            continue;
        unsigned orientation = read_16(tiff + at + 8, little_endian);
        return orientation >= 1 && orientation <= 8 ? orientation : 1;
    }
    return 1;
}

/* Where the pixel at a row and a column is in a file whose picture is `width` x `height` as stored. */
static size_t stored_place(unsigned orientation, size_t row, size_t column, size_t width, size_t height) {
    size_t from_right = width - 1, from_bottom = height - 1;
    switch (orientation) {
    case 2:
        return row * width + from_right - column;
    case 3:
        return (from_bottom - row) * width + from_right - column;
    case 4:
        return (from_bottom - row) * width + column;
    case 5:
        return column * width + row;
    case 6:
        return (from_bottom - column) * width + row;
    case 7:
        return (from_bottom - column) * width + from_right - row;
    case 8:
        return column * width + from_right - row;
    default:
        return row * width + column;
    }
}

/* Turns the picture upright. */
static int turn(struct picture *image, unsigned orientation, char message[IMAGE_MESSAGE_SIZE]) {
    struct picture turned;
    int swapped = orientation >= 5;
    if (orientation == 1)
        return 0;
    if (allocate_pixels(&turned, swapped ? image->height : image->width, swapped ? image->width : image->height,
                        image->channels, SIZE_MAX, message)) /* as many pixels as there are */
        return -1;
    for (size_t row = 0, i = 0; row < turned.height; row++)
        for (size_t column = 0; column < turned.width; column++, i++)
            memcpy(turned.pixels + i * image->channels,
                   image->pixels +
                       image->channels * stored_place(orientation, row, column, image->width, image->height),
                   image->channels);
    free(image->pixels);
    *image = turned;
    return 0;
}

/* Four values a pixel, of inks: 0 is none, or, in files of Adobe's programs, full ink. */
static void pixels_from_inks(uint8_t *pixels, size_t channels, const uint8_t *inks, size_t count, int from_adobe) {
    unsigned flip = from_adobe ? 0 : 255;
    for (size_t i = 0; i < count; i++, inks += 4, pixels += channels) {
        unsigned light[3] = {inks[0] ^ flip, inks[1] ^ flip, inks[2] ^ flip};
        if (channels == 1)
            light[0] = (299 * light[0] + 587 * light[1] + 114 * light[2] + 500) / 1000;
        for (size_t k = 0; k < channels; k++)
            pixels[k] = (uint8_t)((light[k] * (inks[3] ^ flip) + 127) / 255);
    }
}

/* Everything that must outlive a jump back. */
struct reader {
    struct jpeg_decompress_struct decoder;
    struct error_handler handler;
    struct jpeg_progress_mgr progress;
    struct picture *image;
    size_t channels, max_pixels;
    uint8_t *row; /* of inks */
    unsigned orientation;
};

/* A progressive file is read in scans over the whole picture. Encoders write about ten; each costs time, however short
 * it is in the file. */
static void count_scans(j_common_ptr decoder) {
    enum { MOST_SCANS = 100 };
    if (((j_decompress_ptr)decoder)->input_scan_number > MOST_SCANS)
        ERREXIT(decoder, JERR_EOI_EXPECTED);
}

/* Reads the picture as it is stored. libjpeg makes grey and RGB of all kinds of colours but inks. */
static int decode(struct reader *reader, const uint8_t *bytes, size_t size) {
    struct jpeg_decompress_struct *decoder = &reader->decoder;
    struct picture *image = reader->image;
    jpeg_mem_src(decoder, bytes, size);
    decoder->progress = &reader->progress;
    /* For progressive files libjpeg holds the whole picture, in up to eight bytes a pixel. */
    decoder->mem->max_memory_to_use = reader->max_pixels < LONG_MAX / 8 ? 8 * (long)reader->max_pixels : LONG_MAX;
    jpeg_save_markers(decoder, JPEG_APP0 + 1, 0xffff);
    jpeg_read_header(decoder, TRUE);
    for (jpeg_saved_marker_ptr marker = decoder->marker_list; marker && reader->orientation == 1; marker = marker->next)
        reader->orientation = read_orientation(marker->data, marker->data_length);
    int inks = decoder->num_components == 4;
    decoder->out_color_space = inks ? JCS_CMYK : reader->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    if (allocate_pixels(image, decoder->image_width, decoder->image_height, reader->channels, reader->max_pixels,
                        reader->handler.message))
        return -1;
    reader->row = malloc(4 * image->width);
    if (!reader->row) {
        snprintf(reader->handler.message, IMAGE_MESSAGE_SIZE, "out of memory");
        return -1;
    }
    jpeg_start_decompress(decoder);
    while (decoder->output_scanline < decoder->output_height) {
        uint8_t *pixels = image->pixels + decoder->output_scanline * image->width * image->channels;
        JSAMPROW target = inks ? reader->row : pixels;
        if (jpeg_read_scanlines(decoder, &target, 1) == 1 && inks)
            pixels_from_inks(pixels, image->channels, reader->row, image->width, decoder->saw_Adobe_marker);
    }
    jpeg_finish_decompress(decoder);
    return 0;
}

/* decode(), to which a damaged file jumps back. */
static int try_decode(struct reader *reader, const uint8_t *bytes, size_t size) {
    if (setjmp(reader->handler.back) != 0)
        return -1;
    jpeg_create_decompress(&reader->decoder);
    return decode(reader, bytes, size);
}

int read_jpeg(struct picture *image, const uint8_t *bytes, size_t size, size_t channels, size_t max_pixels,
              char message[IMAGE_MESSAGE_SIZE]) {
    struct reader reader = {.handler.message = message,
                            .progress.progress_monitor = count_scans,
                            .image = image,
                            .channels = channels,
                            .max_pixels = max_pixels,
                            .orientation = 1};
    image->pixels = NULL;
    reader.decoder.err = jpeg_std_error(&reader.handler.manager);
    reader.handler.manager.error_exit = jump_back;
    reader.handler.manager.emit_message = note_message;
    int result = try_decode(&reader, bytes, size);
    if (!result)
        result = turn(image, reader.orientation, message);
    jpeg_destroy_decompress(&reader.decoder);
    free(reader.row);
    if (result)
        free(image->pixels);
    return result;
}
