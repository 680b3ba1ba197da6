/* Every public function with arguments that are right, any of which a test may replace. check_calls.sh compares the
 * list with the headers. */
#ifndef PUBLIC_CALLS_H
#define PUBLIC_CALLS_H

#include "reader_models.h"
#include "sample_layers.h"
#include "support.h"

#include <limits.h>
#include <stddef.h>

/* What an argument, or a field of a struct, is for; from it follow its right value and its boundary values. */
typedef enum argument_kind {
    NO_ARGUMENT,
    /* Objects, and where new ones are put. */
    MODEL,
    SESSION,
    DATASET,
    HISTORY,
    CALLBACK_OBJECT,
    REPORT,
    DECODING,
    DIGIT_MODEL, /* that a reader takes */
    LINE_MODEL,
    READER,
    READER_SCRATCH,
    READING,
    NEW_MODEL,
    NEW_SESSION,
    NEW_DATASET,
    NEW_TEST_SET,
    NEW_HISTORY,
    NEW_CALLBACK,
    NEW_REPORT,
    NEW_DECODING,
    NEW_READER,
    NEW_READER_SCRATCH,
    NEW_READING,
    /* Memory of the program. */
    PIXELS,
    PROBABILITIES,
    BYTES,
    LABELS,
    WEIGHTS,
    FILE_BYTES,
    FLOATS_OUT,
    LABELS_OUT,
    TEXT_OUT,
    SIZE_OUT,
    SECOND_SIZE_OUT,
    RATE_OUT,
    /* Sizes. */
    PIXEL_COUNT,
    WEIGHT_COUNT,
    FILE_SIZE,
    ROOM,
    HEIGHT,
    WIDTH,
    CHANNELS,
    OWN_COUNT, /* of images that the program holds, as the next three: a greater one would be a lie */
    OWN_HEIGHT,
    OWN_WIDTH,
    OWN_CHANNELS,
    OWN_STRIDE,
    OWN_ROOM,   /* for counts, all of which are written */
    LIST_COUNT, /* of a list that the program holds: right as 0 */
    SMALL_SIZE, /* right as 2 */
    ANY_SIZE,   /* right as 0 */
    /* Others. */
    ENUMERATOR, /* right as 1 */
    FLAG,       /* right as 0 */
    RATE,       /* right as 0.5 */
    ZERO_RATE,  /* right as 0 */
    NAME,
    DIGITS,    /* right as NULL */
    INPUT,     /* a layer's name, right as NULL */
    LAST_KEPT, /* the name of a layer of all models but fresh ones */
    INPUTS,    /* two names */
    INPUT_COUNT,
    TENSOR,
    NORMALIZATION, /* the name of a layer */
    PATH_TO_WRITE,
    SECOND_PATH_TO_WRITE,
    PATH_TO_MODEL,
    PATH_TO_DIGIT_MODEL,
    PATH_TO_LINE_MODEL,
    PATH_TO_IMAGES,
    PATH_TO_LABELS,
    PATH_TO_FOLDER,
    FUNCTION,
    STRUCT_SIZE,
    /* Structs. */
    DATASET_OPTIONS,
    SOURCE_OPTIONS,
    BATCH,
    DATASET_LOAD_OPTIONS,
    AUGMENT_OPTIONS,
    SPLIT_OPTIONS,
    IMAGE,
    TABLE_IMAGE,
    READ_OPTIONS,
    SESSION_OPTIONS,
    LAYER_OPTIONS,
    MODEL_OPTIONS,
    MODEL_SAVE_OPTIONS,
    MODEL_LOAD_OPTIONS,
    COMPILE_OPTIONS,
    SGD_OPTIONS,
    LOSS_OPTIONS,
    TRAIN_BATCH,
    SCHEDULE,
    FIT_OPTIONS,
    EVALUATE_OPTIONS,
    PREDICT_OPTIONS,
    REPORT_OPTIONS,
    CTC_OPTIONS,
    EARLY_STOPPING_OPTIONS,
    CHECKPOINT_OPTIONS,
    LOG_OPTIONS,
    COMMUNICATOR,
    ALLOCATOR,
    MODEL_INFO,
    LAYER_INFO,
    TENSOR_INFO,
    DATASET_INFO,
    METRICS,
    REPORT_INFO,
    CLASS_INFO,
    BIN_INFO,
    CTC_SEQUENCE,
    READING_LINE,
    READING_CHARACTER,
    ARGUMENT_KINDS
} argument_kind;

/* What a model has behind it. */
typedef enum model_state { FRESH, BUILT, COMPILED, TRAINED, LOADED, MODEL_STATES } model_state;

enum {
    MAX_ARGUMENTS = 8,
    MAX_BOUNDARIES = 12,
    MAX_FIELDS = 32,
    NO_STATUS = 1, /* of a function that returns none */
    STRUCT_KINDS = ARGUMENT_KINDS - DATASET_OPTIONS,
    STRUCT_ROOM = 8192, /* more than the library ever reads */
    BUFFER_KINDS = TEXT_OUT - PIXELS + 1,
    BUFFER_ROOM = 65536
};

/* All that arguments point to, for one call. */
typedef struct world {
    const sample_layer *layer; /* that the call is to add; else NULL */
    digitnet_model *model, *new_model;
    digitnet_session *session, *new_session;
    digitnet_dataset *data, *new_data, *new_test_set;
    digitnet_history *history, *new_history;
    digitnet_callback *callback, *new_callback;
    digitnet_report *report, *new_report;
    digitnet_ctc_decoding *decoding, *new_decoding;
    digitnet_reader *reader, *new_reader;
    digitnet_reader_scratch *scratch, *new_scratch;
    digitnet_reading *reading, *new_reading;
    uint8_t table[TABLE_WIDTH * TABLE_HEIGHT];
    size_t file_size, size_out, second_size_out;
    double rate_out;
    _Alignas(max_align_t) unsigned char structs[STRUCT_KINDS][STRUCT_ROOM];
    _Alignas(max_align_t) unsigned char buffers[BUFFER_KINDS][BUFFER_ROOM];
} world;

typedef struct public_call {
    const char *name;
    int (*run)(world *own, const argument *arguments); /* the status, or NO_STATUS */
    const sample_layer *layer;                         /* that it adds; else NULL */
    argument_kind kinds[MAX_ARGUMENTS];                /* up to NO_ARGUMENT */
} public_call;

typedef struct argument_field {
    size_t offset;
    argument_kind kind;
} argument_field;

size_t public_call_count(void);
public_call public_call_at(size_t index);

/* What all worlds have in common: models in every state, and files in a folder of their own. */
int begin_worlds(void **state);
int end_worlds(void **state);
world *make_world(model_state state, const public_call *call);
void free_world(world *own);
const char *state_name(model_state state);

argument right_argument(world *own, argument_kind kind);
void right_arguments(argument arguments[MAX_ARGUMENTS], world *own, const public_call *call);
/* Fills in the values at the boundaries of a kind and returns their number. */
size_t boundary_values(argument values[MAX_BOUNDARIES], argument_kind kind);
bool is_memory(argument_kind kind);

/* Fills in the fields of a struct of the call and returns their number, which is 0 for other kinds. */
size_t fields_of(argument_field fields[MAX_FIELDS], const public_call *call, argument_kind kind);
void set_field(world *own, argument_kind kind, const argument_field *field, argument value);

#endif
