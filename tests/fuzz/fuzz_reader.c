/* Reads any bytes as a picture and what is asked of it: six bytes choose width, height, options and what is to be read,
 * those behind them are the pixels, again and again, or a pattern. The models read strokes, so that much is found. */
#include "fuzz.h"
#include "reader_models.h"

#include <string.h>

enum { HEAD = 6 }; /* bytes before the pixels */
/* Pictures have few pixels, so that many are tried. */
#define MOST_PIXELS ((size_t)1 << 12)
const size_t memory_limit = (size_t)48 << 20;
/* The longest lines take a second, and on a slow machine sixty times as long with all that the fuzzer counts. */
const time_t time_limit = 120;

typedef digitnet_status (*read_fn)(digitnet_reading **out, digitnet_reader_scratch *scratch,
                                   const digitnet_image *image, const digitnet_read_options *options);

static const read_fn readings[] = {digitnet_reader_read_digit, digitnet_reader_read_line, digitnet_reader_read_table,
                                   digitnet_reader_read_page};
enum { READINGS = sizeof readings / sizeof *readings };

/* What the first bytes say. */
typedef struct request {
    size_t width, height;
    unsigned pattern, polarity;
    read_fn read;
    unsigned answers; /* of the check, in turn; none where it is 0 */
    digitnet_read_options options;
} request;

static uint8_t pixels[MOST_PIXELS];

/* Answers in turn what the request says. */
static int answer(const char *text, void *user_data) {
    unsigned *answers = user_data;
    REQUIRE(strspn(text, "0123456789") == strlen(text));
    *answers = *answers << 1 | *answers >> 7;
    return *answers & 1;
}

static uint8_t pixel_at(size_t x, size_t y, unsigned pattern, const uint8_t *bytes, size_t size) {
    size_t period = 2 + pattern / 8;
    switch (pattern % 8) {
    case 0: /* stripes */
        return x % period * 2 < period ? 0 : 255;
    case 1:
        return y % period * 2 < period ? 0 : 255;
    case 2: /* a checkerboard */
        return (x / period + y / period) % 2 ? 0 : 255;
    case 3: /* rules */
        return x % period == 0 || y % period == 0 ? 0 : 255;
    case 4: /* a comb */
        return y < 2 || x % period == 0 ? 0 : 255;
    default: /* what the bytes say */
        return size > 0 ? bytes[(x + y * period) % size] : (uint8_t)(pattern % 2 ? 0 : 255);
    }
}

static request take_request(const uint8_t bytes[HEAD]) {
    request made = {.width = bytes[0] + 1u,
                    .height = bytes[1] + 1u,
                    .pattern = bytes[2],
                    .polarity = bytes[3] % 3u,
                    .read = readings[bytes[4] % READINGS],
                    .answers = bytes[4] / READINGS,
                    .options = {.struct_size = sizeof made.options,
                                .min_length = bytes[5] % 4,
                                .max_length = bytes[5] / 4 % 8 ? bytes[5] % 4u + bytes[5] / 4 % 8u : 0,
                                .rows = bytes[5] / 32,
                                .columns = bytes[5] / 64}};
    if (made.height > MOST_PIXELS / made.width)
        made.height = MOST_PIXELS / made.width;
    return made;
}

static void check_character(const digitnet_reading *reading, size_t line, size_t index, char text) {
    digitnet_reading_character character = DIGITNET_INIT(digitnet_reading_character);
    REQUIRE(digitnet_reading_describe_character(&character, reading, line, index) == DIGITNET_OK);
    REQUIRE(character.confidence >= 0.0 && character.confidence <= 1.0 && character.reason != NULL);
    REQUIRE(character.digit < 0 ? text == ' ' || text == '?' : text == '0' + character.digit);
    for (size_t i = 0; i < DIGITNET_ALTERNATIVES; i++)
        REQUIRE(character.alternatives[i].digit >= -1 && character.alternatives[i].digit <= 9);
}

static void check_line(const digitnet_reading *reading, size_t index) {
    digitnet_reading_line line = DIGITNET_INIT(digitnet_reading_line);
    REQUIRE(digitnet_reading_describe_line(&line, reading, index) == DIGITNET_OK);
    REQUIRE(strlen(line.text) == line.characters && line.reason != NULL);
    REQUIRE(line.confidence >= 0.0 && line.confidence <= 1.0);
    REQUIRE(line.status != DIGITNET_READING_OK || line.reason[0] == '\0');
    for (size_t i = 0; i < 4; i++)
        REQUIRE(line.corners[i].x - line.corners[i].x == 0.0 && line.corners[i].y - line.corners[i].y == 0.0);
    for (size_t i = 0; i < line.characters; i++)
        check_character(reading, index, i, line.text[i]);
}

/* Made by the first input, as late as the allocator is set. */
static digitnet_reader_scratch *make_scratch(void) {
    static const float logits[11] = {[3] = 2, [8] = 1, [10] = 1};
    digitnet_model *digit = make_constant_digit_model(logits, 11), *line = make_stroke_line_model(1);
    digitnet_reader *reader;
    digitnet_reader_scratch *scratch;
    REQUIRE(digitnet_reader_create(&reader, digit, line) == DIGITNET_OK);
    REQUIRE(digitnet_reader_scratch_create(&scratch, reader) == DIGITNET_OK);
    digitnet_reader_free(reader);
    digitnet_model_free(digit);
    digitnet_model_free(line);
    return scratch;
}

static void read_as_asked(request *asked, digitnet_reader_scratch *scratch, const digitnet_image *image) {
    digitnet_reading *reading;
    asked->options.check = asked->answers ? answer : NULL;
    asked->options.user_data = &asked->answers;
    digitnet_status status = asked->read(&reading, scratch, image, &asked->options);
    REQUIRE(status == DIGITNET_OK || status == DIGITNET_ELIMIT);
    REQUIRE((status == DIGITNET_OK) == (reading != NULL));
    for (size_t i = 0; i < digitnet_reading_line_count(reading); i++)
        check_line(reading, i);
    digitnet_reading_free(reading);
}

static void frame(const digitnet_image *image) {
    static float strip[DIGITNET_LINE_HEIGHT * 4096];
    size_t width = 0;
    digitnet_status status = digitnet_image_frame_line(strip, sizeof strip / sizeof *strip, &width, image);
    REQUIRE(status == DIGITNET_OK || status == DIGITNET_ENOTFOUND || status == DIGITNET_ELIMIT);
    for (size_t i = 0; status == DIGITNET_OK && i < DIGITNET_LINE_HEIGHT * width; i++)
        REQUIRE(strip[i] >= 0.0f && strip[i] <= 1.0f);
}

void try_input(const uint8_t *data, size_t size) {
    static digitnet_reader_scratch *scratch;
    digitnet_image image = DIGITNET_INIT(digitnet_image);
    scratch = scratch ? scratch : make_scratch();
    if (size < HEAD)
        return;
    request asked = take_request(data);
    for (size_t i = 0; i < asked.width * asked.height; i++)
        pixels[i] = pixel_at(i % asked.width, i / asked.width, asked.pattern, data + HEAD, size - HEAD);
    image.pixels = pixels;
    image.width = asked.width;
    image.height = asked.height;
    image.polarity = (digitnet_polarity)asked.polarity;
    frame(&image);
    read_as_asked(&asked, scratch, &image);
}
