/* What programs do with the library, one call a step, from the creation of a model to the training of one that was
 * saved. */
#ifndef SCENARIO_H
#define SCENARIO_H

#include "support.h"

#include <stddef.h>
#include <stdint.h>

enum { SCENARIO_FILE_BYTES = 32768, SCENARIO_STRIP_WIDTH = 128 };

/* All that the steps have made so far; it begins as zeros. */
typedef struct scenario {
    digitnet_model *model, *loaded, *recalled, *copy;
    digitnet_dataset *raw, *compressed, *train, *test, *copied, *borrowed, *part, *source;
    digitnet_session *session, *second_session;
    digitnet_history *history, *second_history;
    digitnet_reader *reader;
    digitnet_reader_scratch *scratch;
    digitnet_reading *digit, *line, *table, *page;
    digitnet_metrics metrics, source_metrics;
    float scores[SMALL_CLASSES], byte_scores[SMALL_CLASSES], session_scores[SMALL_CLASSES];
    float frame[DIGITNET_FRAME_SIZE * DIGITNET_FRAME_SIZE];
    float strip[DIGITNET_LINE_HEIGHT * SCENARIO_STRIP_WIDTH];
    unsigned char file[SCENARIO_FILE_BYTES];
    size_t file_size, borrowed_released;
} scenario;

typedef struct scenario_step {
    const char *name;
    digitnet_status (*run)(scenario *self);
} scenario_step;

enum { SCENARIO_LOAD_RAW = 11, SCENARIO_LOAD_COMPRESSED = 12, SCENARIO_STEPS = 49 };
extern const scenario_step scenario_steps[SCENARIO_STEPS];

/* Writes the files that the steps read into the current folder. */
void scenario_write_files(void);
/* A number that changes with anything of what the steps have made: weights, the optimizer's state, the place in the
 * training, images, labels, scores. Asks for no memory. */
uint64_t scenario_digest(const scenario *self);
/* Releases all of it. */
void scenario_release(scenario *self);

#endif
