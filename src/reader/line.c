#include "reader/line.h"

#include "core/memory.h"
#include "core/status.h"
#include "reader/line_characters.h"
#include "reader/line_choice.h"
#include "reader/line_parts.h"
#include "reader/pale_digits.h"
#include "reader/reading.h"

#include <math.h>
#include <string.h>

digitnet_status digitnet__line_session_create(digitnet_session **out, const digitnet_model *model) {
    digitnet_model_info info = DIGITNET_INIT(digitnet_model_info);
    digitnet_layer_info last = DIGITNET_INIT(digitnet_layer_info);
    DNN_TRY(digitnet_model_describe(&info, model));
    DNN_TRY(digitnet_model_describe_layer(&last, model, info.layers ? info.layers - 1 : 0));
    if (info.height != DIGITNET_LINE_HEIGHT || info.channels != 1 || last.height != 1 ||
        last.channels != DNN_LINE_CLASSES)
        return digitnet__fail(DIGITNET_ESHAPE,
                              "digitnet_reader_create: the model of lines takes %zu x %zu x %zu values and gives "
                              "%zu x %zu x %zu; it must take %d rows of one channel and give one row of %d channels",
                              info.height, info.width, info.channels, last.height, last.width, last.channels,
                              DIGITNET_LINE_HEIGHT, DNN_LINE_CLASSES);
    return digitnet_session_create(
        out, model, DIGITNET_WITH(digitnet_session_options, .batch_size = 1, .max_width = DNN_LONGEST_LINE));
}

/* Sequences that a view finds: enough for a mean over views, and enough for a length or the caller's check to choose
 * among. */
enum { BEAM_WIDTH = 6, CHOICE_BEAM_WIDTH = 16 };
/* A digit that is less probable to be one is a letter or a mark beside the number, and puts the line in doubt. */
#define NO_DIGIT_LIKENESS 0.01

/* The geometric mean over the digits. */
static double certainty_of(const digitnet__line_parts *parts, double probability) {
    size_t count = digitnet__line_parts_digits(parts);
    for (size_t i = 0; i < parts->count; i++)
        probability *= parts->items[i].chosen->likeness;
    return count > 0 ? pow(probability, 1.0 / (double)count) : 0.0;
}

/* How probable it is that these are digits at all, where that is in doubt; else 1. */
static digitnet_status find_likeness(double *likeness, digitnet__line_part *part, const digitnet__line_search *search) {
    double least;
    DNN_TRY(digitnet__line_views_find_least(&least, &part->views, part->chosen, search));
    *likeness = least < NO_DIGIT_LIKENESS ? least : 1.0;
    if (!digitnet__looks_like_digits(part->chosen->likeness, part->chosen->sequence.count))
        *likeness = fmin(*likeness, part->chosen->likeness);
    return DIGITNET_OK;
}

static digitnet__seen_line seen_line(const digitnet__line_part *part, const digitnet_place corners[4],
                                     const digitnet__read_call *call) {
    return (digitnet__seen_line){.view = &part->views.items[part->chosen->view],
                                 .width = part->width,
                                 .height = part->height,
                                 .corners = corners,
                                 .error_rate = call->options.error_rate};
}

/* Whether the bar or slash of a fraction is a character of its own. */
static bool keeps_divider(const digitnet__line_parts *parts, const digitnet__read_call *call) {
    return parts->count > 1 && call->options.separators && strchr(call->options.separators, '/');
}

/* A fraction's numbers have no separators, but for the one between them. */
static void set_characters(digitnet_reading_character *characters, const digitnet__line_parts *parts,
                           const digitnet__separator *separators, size_t separator_count,
                           const digitnet_place corners[4], const digitnet__read_call *call) {
    for (size_t i = 0; i < parts->count; i++) {
        const digitnet__line_part *part = &parts->items[i];
        digitnet__seen_line seen = seen_line(part, corners, call);
        if (i == DNN_FRACTION_DENOMINATOR && keeps_divider(parts, call))
            digitnet__line_character_set_separator(characters++, '/', &parts->fraction.divider, &seen);
        digitnet__line_characters_set(characters, &seen, &part->chosen->sequence, separators, separator_count);
        characters += part->chosen->sequence.count + separator_count;
        separator_count = 0;
    }
}

static digitnet_status add_line(digitnet__read_call *call, const digitnet__line_parts *parts,
                                const digitnet__choice *chosen, const digitnet_place corners[4]) {
    const digitnet__line_part *first = &parts->items[0];
    digitnet__separator *separators;
    size_t separator_count;
    digitnet_reading_line added = {.struct_size = 0};
    DNN_TRY(digitnet__separators_find(&separators, &separator_count, &first->views.items[first->chosen->view],
                                      &first->chosen->sequence, call->options.separators));
    size_t count = digitnet__line_parts_digits(parts) + separator_count + keeps_divider(parts, call);
    digitnet_reading_character *characters = digitnet__allocate_zeroed_array(count, sizeof *characters);
    digitnet_status status = characters ? DIGITNET_OK : DIGITNET_ENOMEM;
    digitnet__choice_judge(&added, chosen, call);
    memcpy(added.corners, corners, sizeof added.corners);
    if (!status) {
        set_characters(characters, parts, separators, separator_count, corners, call);
        status = digitnet__reading_add_line(call->reading, &added, characters, count);
    }
    digitnet__release(characters);
    digitnet__release(separators);
    return status;
}

digitnet_status digitnet__line_add_none(digitnet__read_call *call, const digitnet_place corners[4],
                                        const char *reason) {
    digitnet_reading_line none = {.confidence = 1.0, .status = DIGITNET_READING_NO_DIGITS, .reason = reason};
    memcpy(none.corners, corners, sizeof none.corners);
    return digitnet__reading_add_line(call->reading, &none, NULL, 0);
}

/* Reads the line as it is, into a choice of its texts. */
static digitnet_status read_parts(digitnet__line_parts *parts, digitnet__choice *chosen, digitnet__read_call *call,
                                  digitnet__plane *ink, const digitnet__line_search *search) {
    DNN_TRY(digitnet__line_parts_read(parts, ink, search));
    digitnet_status status = digitnet__line_choose(chosen, parts, call);
    if (status)
        digitnet__line_parts_release(parts);
    return status;
}

/* Reads the line again where digits are missing that are too pale to be read with the others; it stays as it was where
 * it is too long with them. */
static digitnet_status read_paler(bool *found, digitnet__line_parts *parts, digitnet__choice *chosen,
                                  digitnet__read_call *call, digitnet__plane *ink,
                                  const digitnet__line_search *search) {
    const digitnet__line_part *first = &parts->items[0];
    *found = false;
    if (!search->digit.session || first->chosen->sequence.count == 0)
        return DIGITNET_OK;
    DNN_TRY(digitnet__pale_digits_darken(found, ink, &first->views.items[first->chosen->view], &first->chosen->sequence,
                                         &search->digit));
    if (!*found)
        return DIGITNET_OK;
    digitnet__message message = digitnet__message_keep();
    digitnet__line_parts again;
    digitnet__choice other;
    digitnet_status status = read_parts(&again, &other, call, ink, search);
    if (status == DIGITNET_ELIMIT) {
        digitnet__message_restore(&message);
        return DIGITNET_OK;
    }
    DNN_TRY(status);
    digitnet__line_parts_release(parts);
    *parts = again;
    *chosen = other;
    return DIGITNET_OK;
}

static digitnet_status add_parts(digitnet__read_call *call, digitnet__choice *chosen, double certainty,
                                 digitnet__line_parts *parts, const digitnet__line_search *search,
                                 const digitnet_place corners[4], double least) {
    for (size_t i = 0; i < parts->count; i++)
        DNN_TRY(digitnet__read_step(call, "line", &parts->items[i].views.items[0].strip));
    for (size_t i = 0; i < parts->count && certainty >= least; i++) {
        double likeness;
        DNN_TRY(find_likeness(&likeness, &parts->items[i], search));
        chosen->likeness *= likeness;
    }
    return digitnet__line_parts_digits(parts) > 0 ? add_line(call, parts, chosen, corners)
                                                  : digitnet__line_add_none(call, corners, DNN_REASON_NO_DIGIT);
}

digitnet_status digitnet__line_read(digitnet__read_call *call, double *certainty, digitnet__plane *ink,
                                    const digitnet_place corners[4], double least) {
    digitnet__line_parts parts;
    const digitnet__line_search search = {.session = call->scratch->line,
                                          .digit = call->scratch->digit,
                                          .allowed = &call->allowed,
                                          .beam_width = digitnet__choice_is_needed(&call->options) ? CHOICE_BEAM_WIDTH
                                                                                                   : BEAM_WIDTH};
    digitnet__choice chosen;
    bool paler = false;
    *certainty = 0.0;
    digitnet_status status = read_parts(&parts, &chosen, call, ink, &search);
    if (status == DIGITNET_ENOTFOUND)
        return digitnet__line_add_none(call, corners, DNN_REASON_EMPTY);
    if (status)
        return status;
    *certainty = certainty_of(&parts, chosen.probability);
    if (*certainty >= least)
        status = read_paler(&paler, &parts, &chosen, call, ink, &search);
    if (paler && !status && chosen.reason[0] == '\0')
        chosen.reason = DNN_REASON_PALER;
    if (!status)
        status = add_parts(call, &chosen, *certainty, &parts, &search, corners, least);
    digitnet__line_parts_release(&parts);
    return status;
}
