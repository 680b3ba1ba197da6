#include "reader/choice.h"

#include "core/memory.h"
#include "core/status.h"
#include "reader/reading.h"

#include <math.h>

bool digitnet__choice_is_needed(const digitnet_read_options *options) {
    return options->check || options->min_length > 0 || options->max_length > 0;
}

static bool has_length(const digitnet__text *text, const digitnet_read_options *options) {
    return text->count >= options->min_length && (options->max_length == 0 || text->count <= options->max_length);
}

static digitnet_status check_text(bool *passed, const digitnet__text *text, const digitnet__read_call *call,
                                  char *characters) {
    for (size_t i = 0; i < text->count; i++)
        characters[i] = (char)('0' + text->labels[i]);
    characters[text->count] = '\0';
    return digitnet__read_check(passed, call, characters);
}

/* `characters` has room for any. */
static digitnet_status choose_text(digitnet__choice *chosen, const digitnet__text *texts, size_t count,
                                   const digitnet__read_call *call, char *characters) {
    double refused = 0.0;
    for (size_t i = 0; i < count; i++) {
        double probability = texts[i].probability;
        bool fits = has_length(&texts[i], &call->options), passed = false;
        if (fits)
            DNN_TRY(check_text(&passed, &texts[i], call, characters));
        if (i == 0)
            *chosen = (digitnet__choice){i, probability, 1.0, 1.0, fits ? DNN_REASON_CHECK : DNN_REASON_LENGTH};
        if (passed) {
            double given = fmin(probability / fmax(1.0 - refused, probability), 1.0);
            *chosen = (digitnet__choice){i, given, 1.0, 1.0, DNN_REASON_NONE};
            break;
        }
        refused += probability;
    }
    return DIGITNET_OK;
}

digitnet_status digitnet__choose(digitnet__choice *chosen, const digitnet__text *texts, size_t count,
                                 const digitnet__read_call *call) {
    size_t longest = 0;
    for (size_t i = 0; i < count; i++)
        longest = texts[i].count > longest ? texts[i].count : longest;
    char *characters = digitnet__allocate(longest + 1);
    digitnet_status status = characters ? choose_text(chosen, texts, count, call, characters) : DIGITNET_ENOMEM;
    digitnet__release(characters);
    return status;
}

void digitnet__choice_judge(digitnet_reading_line *line, const digitnet__choice *chosen,
                            const digitnet__read_call *call) {
    double needed = digitnet__confidence_needed(call->options.error_rate);
    line->confidence = chosen->probability * chosen->likeness;
    line->reason = chosen->reason;
    if (line->reason[0] == '\0' && digitnet__allowed_doubt(chosen->allowed))
        line->reason = DNN_REASON_ALLOWED;
    if (line->reason[0] == '\0' && line->confidence < needed)
        line->reason = chosen->probability < needed ? DNN_REASON_CONFIDENCE : DNN_REASON_NO_DIGIT;
    line->status = line->reason[0] ? DIGITNET_READING_UNSURE : DIGITNET_READING_OK;
}
