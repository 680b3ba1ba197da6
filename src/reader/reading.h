/* What was read from a picture, while it is put together. */
#ifndef DNN_READER_READING_H
#define DNN_READER_READING_H

#include "core/ieee.h"
#include "digitnet/reader.h"

#include <stdbool.h>

/* Why a line or a character is not sure. */
#define DNN_REASON_NONE ""
#define DNN_REASON_EMPTY "there is no ink"
#define DNN_REASON_NO_DIGIT "what is here is no digit"
#define DNN_REASON_SEVERAL "there are several digits"
#define DNN_REASON_CONFIDENCE "other readings are nearly as probable"
#define DNN_REASON_LENGTH "there are more or fewer digits than asked for"
#define DNN_REASON_ALLOWED "what is more probable may not stand here"
#define DNN_REASON_PALER "some digits are much paler than others"
#define DNN_REASON_CHECK "no probable reading passes the check"

/* A reading without lines. ENOMEM. */
digitnet_status digitnet__reading_create(digitnet_reading **out);

/* Adds a copy of a line and its characters, from which its text is made: `text` and `characters` of `line` are not
 * looked at. ENOMEM. */
digitnet_status digitnet__reading_add_line(digitnet_reading *reading, const digitnet_reading_line *line,
                                           const digitnet_reading_character *characters, size_t count);

/* Of the lines from `first` on, puts the last one first, and so on. */
void digitnet__reading_reverse(digitnet_reading *reading, size_t first);
/* Takes the last line out; there is one. */
void digitnet__reading_drop_last(digitnet_reading *reading);
/* Makes a line unsure. */
void digitnet__reading_doubt(digitnet_reading *reading, size_t line, const char *reason);
/* Leaves out the lines that `keep` says no to. */
void digitnet__reading_keep(digitnet_reading *reading, bool (*keep)(const digitnet_reading_line *line));

/* Marks a character that has no digit, or of which its scores leave no doubt that it is none. */
void digitnet__character_set_none(digitnet_reading_character *character, const char *reason);
/* Whether it is the place of a digit where there is none. */
bool digitnet__character_is_empty(const digitnet_reading_character *character);
/* What the probabilities of a model of digits say: its digit, alternatives, confidence and status. `outputs` is 10, or
 * 11 with "no digit" as the last. */
void digitnet__character_set_scores(digitnet_reading_character *character, const float *scores, size_t outputs,
                                    double error_rate);

/* The same for a digit that was chosen otherwise, of which these are the probabilities in its place. */
void digitnet__character_set_label(digitnet_reading_character *character, int32_t digit, const float *scores,
                                   double error_rate);

/* Makes a character that is read as a digit unsure. */
void digitnet__character_doubt(digitnet_reading_character *character, const char *reason);

/* The confidence from which on a reading is sure enough for an error rate. */
double digitnet__confidence_needed(double error_rate);

#endif
