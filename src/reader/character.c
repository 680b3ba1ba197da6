#include "reader/digit_network.h"
#include "reader/reading.h"

#include <math.h>
#include <string.h>

/* How much rarer than the doubt in it a sure reading is wrong, since most have far less doubt than the least sure of
 * them. Set on drawn lines of digits that training does not use. */
#define DOUBT_TO_ERRORS 4.0

double digitnet__confidence_needed(double error_rate) {
    return 1.0 - fmin(DOUBT_TO_ERRORS * error_rate, 0.5);
}

void digitnet__character_set_none(digitnet_reading_character *character, const char *reason) {
    character->digit = -1;
    character->confidence = 1.0;
    character->status = DIGITNET_READING_NO_DIGITS;
    character->reason = reason;
    for (size_t i = 0; i < DIGITNET_ALTERNATIVES; i++)
        character->alternatives[i] = (digitnet_alternative){.digit = -1};
}

bool digitnet__character_is_empty(const digitnet_reading_character *character) {
    return character->digit < 0 && strcmp(character->reason, DNN_REASON_EMPTY) == 0;
}

void digitnet__character_doubt(digitnet_reading_character *character, const char *reason) {
    if (character->digit < 0)
        return;
    character->status = DIGITNET_READING_UNSURE;
    character->reason = reason;
}

/* The most probable digit that is not among the `count` in `taken`. */
static int32_t most_probable(const float *scores, const int32_t *taken, size_t count) {
    int32_t best = -1;
    for (int32_t digit = 0; digit < DNN_DIGITS; digit++) {
        bool is_taken = false;
        for (size_t i = 0; i < count; i++)
            is_taken = is_taken || taken[i] == digit;
        if (!is_taken && (best < 0 || scores[digit] > scores[best]))
            best = digit;
    }
    return best;
}

void digitnet__character_set_label(digitnet_reading_character *character, int32_t digit, const float *scores,
                                   double error_rate) {
    int32_t order[1 + DIGITNET_ALTERNATIVES] = {digit};
    bool sure = scores[digit] >= digitnet__confidence_needed(error_rate);
    character->digit = digit;
    character->confidence = scores[digit];
    character->status = sure ? DIGITNET_READING_OK : DIGITNET_READING_UNSURE;
    character->reason = sure ? DNN_REASON_NONE : DNN_REASON_CONFIDENCE;
    for (size_t i = 0; i < DIGITNET_ALTERNATIVES; i++) {
        order[i + 1] = most_probable(scores, order, i + 1);
        double probability = scores[order[i + 1]];
        character->alternatives[i] = (digitnet_alternative){probability > 0.0 ? order[i + 1] : -1, 0, probability};
    }
}

void digitnet__character_set_scores(digitnet_reading_character *character, const float *scores, size_t outputs,
                                    double error_rate) {
    int32_t best = digitnet__best_digit(scores);
    if (digitnet__is_digit(scores, outputs)) {
        digitnet__character_set_label(character, best, scores, error_rate);
        return;
    }
    digitnet__character_set_none(character, DNN_REASON_NO_DIGIT);
    character->confidence = scores[DNN_DIGITS];
    character->alternatives[0] = (digitnet_alternative){.digit = best, .probability = scores[best]};
}
