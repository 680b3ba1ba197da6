/**
 * @file reader.h
 * Reading digits from pictures: one digit, a line, a table, or a page.
 *
 *     digitnet_reader *reader = NULL;
 *     digitnet_reader_scratch *scratch = NULL;
 *     digitnet_reading *reading = NULL;
 *     status = digitnet_reader_load(&reader, "digit.onnx", "line.onnx");
 *     if (!status)
 *         status = digitnet_reader_scratch_create(&scratch, reader);
 *     if (!status)
 *         status = digitnet_reader_read_page(&reading, scratch, &image, NULL);
 *
 * A reader never changes: any number of threads may use one, each with a scratch object of its own. A reading says of
 * each line and each digit where it is, how sure it is, and what else it may be. What is not sure is marked, and what
 * is no digit is not read as one.
 *
 * Places are in pixels of the caller's picture, from its upper left corner; the centre of the first pixel is (0.5,
 * 0.5).
 */
#ifndef DIGITNET_READER_H
#define DIGITNET_READER_H

#include "digitnet/export.h"
#include "digitnet/image.h"
#include "digitnet/model.h"
#include "digitnet/options.h"
#include "digitnet/status.h"

#include <stddef.h>
#include <stdint.h>

DIGITNET_BEGIN_DECLARATIONS

/** The models that read, prepared for it. Never changes. */
typedef struct digitnet_reader digitnet_reader;

/** What one thread at a time reads with. */
typedef struct digitnet_reader_scratch digitnet_reader_scratch;

/** What was read from one picture. Never changes. */
typedef struct digitnet_reading digitnet_reading;

/**
 * Makes a reader of two models, or of one: without the model of lines it reads digits and tables, without the model of
 * digits lines and pages.
 *
 * Any number of threads may make readers of the same models at once.
 *
 * @param out    receives the reader, the caller's to release with digitnet_reader_free(); NULL after a failure
 * @param digit  reads single digits: images of 28 x 28 x 1 as digitnet_image_frame_digit() makes them, and 10 outputs,
 *               or 11 of which the last is "no digit", ending in softmax; the reader does not need it afterwards. NULL:
 *               none
 * @param line   reads lines: images of DIGITNET_LINE_HEIGHT x any width x 1 as digitnet_image_frame_line() makes them,
 *               which become one row of columns with 11 outputs each, of which the last is the blank of
 *               DIGITNET_LOSS_CTC, ending in softmax; likewise
 * @retval DIGITNET_OK           the reader is made
 * @retval DIGITNET_EINVAL       `out` or both models are NULL
 * @retval DIGITNET_ENOMEM       there is not enough memory
 * @retval DIGITNET_ESHAPE       a model's input or output has another shape, or the model of lines a layer that does
 * not take other widths; the message names it
 * @retval DIGITNET_ESTATE       a model has no weights yet, or is being changed
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_reader_create(digitnet_reader **out,
                                                                         const digitnet_model *digit,
                                                                         const digitnet_model *line);
/**
 * Makes a reader of model files, as digitnet_reader_create() does of models.
 *
 * Safe from any thread.
 *
 * @param out    receives the reader, the caller's to release with digitnet_reader_free(); NULL after a failure
 * @param digit  the file of the model that reads single digits; NULL: none
 * @param line   the file of the model that reads lines; NULL: none
 * @return the status of digitnet_model_load() or digitnet_reader_create() where that fails; else:
 * @retval DIGITNET_OK        the reader is made
 * @retval DIGITNET_EINVAL    `out` is NULL, or both paths are
 * @retval DIGITNET_ENOMEM    there is not enough memory
 * @retval DIGITNET_ENOTFOUND a file is not there
 * @retval DIGITNET_EIO       a file cannot be read
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_reader_load(digitnet_reader **out, const char *digit,
                                                                       const char *line);
/**
 * Releases a reader. Scratch objects made of it, and readings, live on.
 *
 * @param reader  NULL is fine
 */
DIGITNET_API void digitnet_reader_free(digitnet_reader *reader);

/**
 * Makes what one thread at a time reads with.
 *
 * Any number of threads may make scratch objects of one reader at once.
 *
 * @param out     receives the scratch object, the caller's to release with digitnet_reader_scratch_free(); NULL after a
 *                failure
 * @param reader  the reader; either may be released first
 * @retval DIGITNET_OK      the scratch object is made
 * @retval DIGITNET_EINVAL  a pointer is NULL
 * @retval DIGITNET_ENOMEM  there is not enough memory
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_reader_scratch_create(digitnet_reader_scratch **out,
                                                                                 const digitnet_reader *reader);
/**
 * Releases a scratch object. Must not be concurrent with a use of it.
 *
 * @param scratch  NULL is fine
 */
DIGITNET_API void digitnet_reader_scratch_free(digitnet_reader_scratch *scratch);

/**
 * Says whether a text may stand where it was read: a checksum, a list of postal codes.
 *
 * Called on the thread that reads, with that thread's floating-point mode; must return. To say why it fails it calls
 * digitnet_set_error() before it returns.
 *
 * @param text       a text that was read, the most probable ones first
 * @param user_data  as given in the options
 * @return 1 where it may stand, 0 where it cannot, or a negative digitnet_status, which ends the reading with that
 *         status; any other value ends it with DIGITNET_ECALLBACK
 */
typedef int (*digitnet_read_check_fn)(const char *text, void *user_data);

/**
 * Is given what the reader makes of a picture on the way, for who wants to look at it.
 *
 * Called on the thread that reads, with that thread's floating-point mode; must return. To say why it fails it calls
 * digitnet_set_error() before it returns.
 *
 * @param name       what it is, as "ink"; a constant, of letters and hyphens, that names each step of a reading once
 * @param pixels     `height` rows of `width` bytes, valid during the call
 * @param width      in pixels
 * @param height     in pixels
 * @param user_data  as given in the options
 * @return 0 to go on, or a negative digitnet_status, which ends the reading with that status; any other value ends it
 *         with DIGITNET_ECALLBACK
 */
typedef int (*digitnet_read_step_fn)(const char *name, const uint8_t *pixels, size_t width, size_t height,
                                     void *user_data);

/** What may stand in a picture, and how sure a reading must be; zero is the default. */
typedef struct digitnet_read_options {
    size_t struct_size; /**< Set by DIGITNET_INIT() or DIGITNET_WITH(). */
    size_t min_length;  /**< The fewest digits of a line. Zero: one. */
    size_t max_length;  /**< The most digits of a line. Zero: as many as there are. */
    /** Called for each text of a digit or a line that is probable enough, until one passes; NULL: all pass. A table's
     * rows and cells are not checked. */
    digitnet_read_check_fn check;
    digitnet_read_step_fn on_step; /**< Called with pictures of the steps; NULL: none. */
    void *user_data;               /**< Handed to `check` and `on_step`. */
    /** The share of wrong readings among those that are not marked unsure, in (0, 1), to aim at. Zero: 0.01. */
    double error_rate;
    size_t rows;    /**< Rows of a table. Zero: found. */
    size_t columns; /**< Columns of a table. Zero: found. */
    /** The digits that may stand there, as "01"; others are read as none. Probabilities are those given that none of
     * the others does; where that has less than 0.05, the reading is unsure. NULL: all digits. */
    const char *allow;
    /** The separators, any of ".,-/", that are kept where they stand between or behind a line's digits; '/' is also the
     * bar of hundredths. They are found by their shapes; lengths and `check` are of digits alone. NULL: none, they are
     * left out. */
    const char *separators;
} digitnet_read_options;

/** What to make of a reading. */
typedef enum digitnet_reading_status {
    DIGITNET_READING_OK = 0,       /**< It is likely to be right. */
    DIGITNET_READING_UNSURE = 1,   /**< It may well be wrong; let somebody look. */
    DIGITNET_READING_NO_DIGITS = 2 /**< There are no digits here. */
} digitnet_reading_status;

/** A place in a picture, in pixels. */
typedef struct digitnet_place {
    double x; /**< To the right. */
    double y; /**< Down. */
} digitnet_place;

/** What else a digit may be. */
typedef struct digitnet_alternative {
    int32_t digit;      /**< 0 to 9; -1: none. */
    int32_t reserved;   /**< Zero. */
    double probability; /**< In [0, 1]. */
} digitnet_alternative;

/** How many alternatives a character has. */
#define DIGITNET_ALTERNATIVES 3

/** A line of a page, a row of a table, or all that was read from a picture of one digit or line. */
typedef struct digitnet_reading_line {
    size_t struct_size; /**< Set by DIGITNET_INIT(). */
    /** The digits, and separators where they are asked for; `?` for what is no digit in a table's cell or a line's box,
     * and a space for a table's empty cell. Hundredths at a line's end, as an amount's cents over 100, follow the
     * number before them: "1250/100" is 12 and 50 over 100. The reading's, valid until that is freed. */
    const char *text;
    size_t characters;              /**< How many characters `text` has. */
    const char *reason;             /**< Why it is not DIGITNET_READING_OK; a constant; "" where it is. */
    digitnet_place corners[4];      /**< Upper left, upper right, lower right, lower left, as the text is read. */
    double confidence;              /**< The probability that the text is right, in [0, 1]. */
    digitnet_reading_status status; /**< What to make of it. */
    int32_t reserved;               /**< Zero. */
} digitnet_reading_line;

/** One digit or separator, or one cell of a table. */
typedef struct digitnet_reading_character {
    size_t struct_size;             /**< Set by DIGITNET_INIT(). */
    const char *reason;             /**< Why it is not DIGITNET_READING_OK; a constant; "" where it is. */
    digitnet_place corners[4];      /**< Upper left, upper right, lower right, lower left, as the text is read. */
    double confidence;              /**< The probability that the digit is right, in [0, 1]; of a separator 1. */
    int32_t digit;                  /**< 0 to 9; -1: none. */
    digitnet_reading_status status; /**< What to make of it. */
    /** What else it may be, the most probable first. */
    digitnet_alternative alternatives[DIGITNET_ALTERNATIVES];
    int32_t separator; /**< The character, as '.', where it is one; else 0. */
    int32_t reserved;  /**< Zero. */
} digitnet_reading_character;

/**
 * Reads a picture of one digit.
 *
 * One thread at a time may use a scratch object.
 *
 * @param out      receives the reading, of one line with one character, the caller's to release with
 *                 digitnet_reading_free(); NULL after a failure. A picture without a digit is read as
 *                 DIGITNET_READING_NO_DIGITS, which is no failure
 * @param scratch  of a reader that has a model of digits
 * @param image    the picture, upright
 * @param options  NULL is all defaults; lengths, rows and columns are not looked at
 * @return the status of a callback that fails; else:
 * @retval DIGITNET_OK         the picture is read
 * @retval DIGITNET_EINVAL     a pointer is NULL, a field of `options` is out of range, `image` is not as
 *                             digitnet_image_frame_digit() wants it, or a `struct_size` is wrong
 * @retval DIGITNET_ENOMEM     there is not enough memory
 * @retval DIGITNET_ESTATE     the reader has no model of digits, or another thread is using the scratch object
 * @retval DIGITNET_EVERSION   `image` or `options` sets a field that this version does not know
 * @retval DIGITNET_ECALLBACK  a callback returned a number that it must not
 * @retval DIGITNET_ELIMIT     the picture has more than `max_pixels`
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_reader_read_digit(digitnet_reading **out,
                                                                             digitnet_reader_scratch *scratch,
                                                                             const digitnet_image *image,
                                                                             const digitnet_read_options *options);
/**
 * Reads a picture of one line of digits.
 *
 * Where the digits stand in boxes at equal distances, side by side or apart, and the reader has a model of digits, each
 * box is read by itself, with what its digit has beyond it; empty ones are left out, and what is no digit is a `?`. A
 * reader with both models reads the digits of any line one by one and together, and is surer where both agree.
 *
 * One thread at a time may use a scratch object.
 *
 * @param out      receives the reading, of one line, the caller's to release with digitnet_reading_free();
 *                 NULL after a failure. A picture without digits is read as DIGITNET_READING_NO_DIGITS, which is
 *                 no failure
 * @param scratch  of a reader that has a model of lines
 * @param image    the picture, upright
 * @param options  NULL is all defaults; rows and columns are not looked at
 * @return the status of a callback that fails; else:
 * @retval DIGITNET_OK         the picture is read
 * @retval DIGITNET_EINVAL     a pointer is NULL, a field of `options` is out of range, `image` is not as
 *                             digitnet_image_frame_digit() wants it, or a `struct_size` is wrong
 * @retval DIGITNET_ENOMEM     there is not enough memory
 * @retval DIGITNET_ESTATE     the reader has no model of lines, or another thread is using the scratch object
 * @retval DIGITNET_EVERSION   `image` or `options` sets a field that this version does not know
 * @retval DIGITNET_ECALLBACK  a callback returned a number that it must not
 * @retval DIGITNET_ELIMIT     the picture has more than `max_pixels`, or the line has too many digits
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_reader_read_line(digitnet_reading **out,
                                                                            digitnet_reader_scratch *scratch,
                                                                            const digitnet_image *image,
                                                                            const digitnet_read_options *options);
/**
 * Reads a table of digits, one a cell, in a picture that may be taken from aside.
 *
 * One thread at a time may use a scratch object.
 *
 * @param out      receives the reading, a line a row, with a character a cell, the caller's to release with
 *                 digitnet_reading_free(); NULL after a failure. A picture without a table is read as no lines,
 *                 which is no failure
 * @param scratch  of a reader that has a model of digits
 * @param image    the picture, upright but for some tens of degrees
 * @param options  NULL is all defaults; lengths and `check` are not looked at
 * @return the status of a callback that fails; else:
 * @retval DIGITNET_OK         the picture is read
 * @retval DIGITNET_EINVAL     a pointer is NULL, a field of `options` is out of range, `image` is not as
 *                             digitnet_image_frame_digit() wants it, or a `struct_size` is wrong
 * @retval DIGITNET_ENOMEM     there is not enough memory
 * @retval DIGITNET_ESTATE     the reader has no model of digits, or another thread is using the scratch object
 * @retval DIGITNET_EVERSION   `image` or `options` sets a field that this version does not know
 * @retval DIGITNET_ECALLBACK  a callback returned a number that it must not
 * @retval DIGITNET_ELIMIT     the picture has more than `max_pixels`
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_reader_read_table(digitnet_reading **out,
                                                                             digitnet_reader_scratch *scratch,
                                                                             const digitnet_image *image,
                                                                             const digitnet_read_options *options);
/**
 * Reads all lines of digits on a page.
 *
 * Rules, and what lies beside the sheet, are left out, and so are lines whose digits are less probable than 0.6 each to
 * be right, and digits at all: printed text is not read, where the reader has a model of digits too. Numbers of three
 * digits or more that stand beside text, as behind a label, are lines of their own, where they are surely numbers; so
 * are rows of boxes, each of which is read by itself too. On a page that is mostly text only lines with the status
 * DIGITNET_READING_OK are kept.
 *
 * One thread at a time may use a scratch object.
 *
 * @param out      receives the reading, the lines from the top of the page as it is read, the caller's to
 *                 release with digitnet_reading_free(); NULL after a failure. A page without digits has no lines
 * @param scratch  of a reader that has a model of lines
 * @param image    the picture, which may lie on a side or on its head
 * @param options  NULL is all defaults; rows and columns are not looked at
 * @return the status of a callback that fails; else:
 * @retval DIGITNET_OK         the picture is read
 * @retval DIGITNET_EINVAL     a pointer is NULL, a field of `options` is out of range, `image` is not as
 *                             digitnet_image_frame_digit() wants it, or a `struct_size` is wrong
 * @retval DIGITNET_ENOMEM     there is not enough memory
 * @retval DIGITNET_ESTATE     the reader has no model of lines, or another thread is using the scratch object
 * @retval DIGITNET_EVERSION   `image` or `options` sets a field that this version does not know
 * @retval DIGITNET_ECALLBACK  a callback returned a number that it must not
 * @retval DIGITNET_ELIMIT     the picture has more than `max_pixels`
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_reader_read_page(digitnet_reading **out,
                                                                            digitnet_reader_scratch *scratch,
                                                                            const digitnet_image *image,
                                                                            const digitnet_read_options *options);

/**
 * Says how many lines a reading has.
 *
 * Safe from any thread.
 *
 * @param reading  the reading; NULL has none
 * @return one for a picture of one digit or line; a table's rows; the lines of a page, from its top
 */
DIGITNET_API size_t digitnet_reading_line_count(const digitnet_reading *reading);
/**
 * Describes a line of a reading.
 *
 * Safe from any thread.
 *
 * @param out      made with DIGITNET_INIT(), is filled in; untouched after a failure
 * @param reading  the reading
 * @param line     the line, from 0
 * @retval DIGITNET_OK        `out` is filled in
 * @retval DIGITNET_EINVAL    a pointer is NULL, or `struct_size` is wrong
 * @retval DIGITNET_ENOTFOUND the reading has no such line
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_reading_describe_line(digitnet_reading_line *out,
                                                                                 const digitnet_reading *reading,
                                                                                 size_t line);
/**
 * Describes a character of a reading.
 *
 * Safe from any thread.
 *
 * @param out        made with DIGITNET_INIT(), is filled in; untouched after a failure
 * @param reading    the reading
 * @param line       the line, from 0
 * @param character  the character in it, from 0
 * @retval DIGITNET_OK        `out` is filled in
 * @retval DIGITNET_EINVAL    a pointer is NULL, or `struct_size` is wrong
 * @retval DIGITNET_ENOTFOUND the reading has no such line, or the line no such character
 */
DIGITNET_API DIGITNET_WARN_UNUSED digitnet_status digitnet_reading_describe_character(digitnet_reading_character *out,
                                                                                      const digitnet_reading *reading,
                                                                                      size_t line, size_t character);
/**
 * Releases a reading.
 *
 * @param reading  NULL is fine
 */
DIGITNET_API void digitnet_reading_free(digitnet_reading *reading);

DIGITNET_END_DECLARATIONS
#endif
