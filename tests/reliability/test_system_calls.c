/* Every system call of a save and of a load fails, is interrupted, or transfers less than it was asked to. */
#include "descriptors.h"
#include "folder.h"
#include "generations.h"
#include "onnx/schema.h"
#include "onnx/wire.h"
#include "support.h"
#include "users.h"
#include "wrapped_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <zlib.h>

enum { OLD = 1, NEW = 2 };

#define BIT(kind) (1u << (kind))

/* Calls whose failure is borne. Nothing is lost where a file that has been synced, or read, is not closed properly. */
#define NOT_NEEDED BIT(CALL_CLOSE)
/* Whether a file is there is found out by opening it, where stat cannot tell. */
#define NOT_NEEDED_TO_LOAD (NOT_NEEDED | BIT(CALL_STAT))
/* Those that a signal may interrupt are made again; but for close, which has closed. */
#define MADE_AGAIN                                                                                                 \
    (BIT(CALL_FCHMOD) | BIT(CALL_FCHOWN) | BIT(CALL_FLOCK) | BIT(CALL_FSYNC) | BIT(CALL_OPEN) | BIT(CALL_OPENAT) | \
     BIT(CALL_READ) | BIT(CALL_WRITE))
/* All that a save makes; only root gives a file to another user. */
#define MADE_BY_SAVES                                                                                              \
    (BIT(CALL_CLOSE) | BIT(CALL_FACCESSAT) | BIT(CALL_FCHMOD) | (geteuid() == 0 ? BIT(CALL_FCHOWN) : 0) |          \
     BIT(CALL_FLOCK) | BIT(CALL_FSTAT) | BIT(CALL_FSYNC) | BIT(CALL_LSTAT) | BIT(CALL_OPEN) | BIT(CALL_READLINK) | \
     BIT(CALL_RENAME) | BIT(CALL_STAT) | BIT(CALL_UNLINK) | BIT(CALL_WRITE))

/* The calls from the `first` on, `count` of them, fail with `error`, or transfer at most `most` bytes where it is 0. */
typedef struct fault {
    size_t first, count;
    int error;
    size_t most;
    size_t calls, opened, closed;
    bool removed, renamed, struck_after_rename;
    unsigned struck; /* the kinds of call that were, a bit each */
    call_kind kind;  /* of the first of them */
    call_watch watch;
    size_t descriptors;
} fault;

static int strike(file_call *call, void *context) {
    fault *self = context;
    ++self->calls;
    self->closed += call->kind == CALL_CLOSE;
    if (self->calls < self->first || self->calls - self->first >= self->count)
        return 0;
    if (self->struck == 0) {
        self->struck_after_rename = self->renamed;
        self->kind = call->kind;
    }
    self->struck |= BIT(call->kind);
    if (self->error == 0 && call->size > self->most)
        call->size = self->most;
    return self->error;
}

static void note_result(const file_call *call, int result, void *context) {
    fault *self = context;
    self->opened += (call->kind == CALL_OPEN || call->kind == CALL_OPENAT) && result >= 0;
    self->removed |= call->kind == CALL_UNLINK && result == 0;
    self->renamed |= call->kind == CALL_RENAME && result == 0;
}

static void begin(fault *self) {
    self->watch = (call_watch){.before = strike, .after = note_result, .context = self};
    self->descriptors = count_descriptors();
    watch_calls(&self->watch);
}

static void end(const fault *self) {
    watch_calls(NULL);
    assert_int_equal(self->opened, self->closed);
    assert_int_equal(count_descriptors(), self->descriptors);
}

static digitnet_status save_under(fault *self, const digitnet_model *model, const char *path) {
    begin(self);
    digitnet_status status = recorded(digitnet_model_save(model, path));
    end(self);
    return status;
}

/* ---- Saves ---- */

/* What a save may meet. */
typedef struct circumstance {
    const char *name, *path;
    bool old_file, stale_temporary, other_owner, other_group;
} circumstance;

/* A link outside of the folder in which the tests work, whose only file is the model. */
#define LINK "../link-to-model"

static const circumstance circumstances[] = {
    {"no file yet", "model", .old_file = false},
    {"an old file", "model", .old_file = true},
    {"an old file and a stale temporary one", "model", .old_file = true, .stale_temporary = true},
    {"another user's file", "model", .old_file = true, .other_owner = true},
    {"another group's file", "model", .old_file = true, .other_group = true},
    {"a link to no file yet", LINK, .old_file = false},
    {"a link to an old file", LINK, .old_file = true},
};

static unsigned char old_file[200000];
static size_t old_size;

static void prepare(const circumstance *met, digitnet_model *model) {
    unlink("model");
    unlink("model.tmp");
    expect_ok(number_model(model, OLD));
    expect_ok(digitnet_model_save_memory(old_file, sizeof old_file, &old_size, model));
    if (met->old_file)
        expect_ok(digitnet_model_save(model, "model"));
    if ((met->other_owner || met->other_group) && geteuid() == 0)
        assert_int_equal(chown("model", met->other_owner ? NOBODY : 0, NOBODY), 0);
    if (met->stale_temporary)
        put("model.tmp", "left by a save that was killed");
    expect_ok(number_model(model, NEW));
}

/* The old file is there, bit for bit, or still none. */
static void assert_old(const circumstance *met) {
    static unsigned char bytes[sizeof old_file];
    FILE *file = fopen("model", "rb");
    assert_int_equal(file != NULL, met->old_file);
    if (file == NULL)
        return;
    assert_int_equal(fread(bytes, 1, sizeof bytes, file), old_size);
    assert_memory_equal(bytes, old_file, old_size);
    fclose(file);
}

/* The next save does its work, and leaves nothing beside the file. */
static void assert_next_save(const digitnet_model *model) {
    expect_ok(digitnet_model_save(model, "model"));
    assert_int_equal(read_number("model"), NEW);
    assert_int_equal(count_entries("."), 1);
}

static void assert_reason(const char *path, int error) {
    if (strstr(digitnet_last_error(), path) == NULL || strstr(digitnet_last_error(), strerror(error)) == NULL)
        fail_msg("\"%s\" does not say \"%s\" and \"%s\"", digitnet_last_error(), path, strerror(error));
}

/* False where the save has less calls than the fault's first. */
static bool try_save(fault *self, const circumstance *met, digitnet_model *model, unsigned borne) {
    prepare(met, model);
    digitnet_status status = save_under(self, model, met->path);
    if (self->struck == 0)
        return false;
    bool succeeds = self->struck_after_rename || (self->struck & ~borne) == 0;
    if (status != (succeeds ? DIGITNET_OK : DIGITNET_EIO))
        fail_msg("%s, call %zu, %s: %s: status %d (\"%s\")", met->name, self->first, call_name(self->kind),
                 strerror(self->error), status, digitnet_last_error());
    if (succeeds)
        assert_int_equal(read_number("model"), NEW);
    else {
        assert_reason("model", self->error);
        assert_old(met);
    }
    /* A temporary file remains where it could not be removed, and no more than that one. */
    bool may_remain = self->count > 1 || self->kind == CALL_UNLINK || (met->stale_temporary && !self->removed);
    assert_in_range(count_entries("."), 0, (size_t)(met->old_file || succeeds) + (size_t)may_remain);
    assert_next_save(model);
    return true;
}

static const int errors[] = {EIO, ENOSPC, EMFILE, EACCES, EDQUOT};

static void failed_save_keeps_the_old_file(void **state) {
    (void)state;
    digitnet_model *model = make_numbered_model();
    size_t tried = 0;
    unsigned struck = 0;
    for (size_t i = 0; i < sizeof circumstances / sizeof *circumstances; ++i)
        for (size_t j = 0; j < sizeof errors / sizeof *errors; ++j)
            for (int for_good = 0; for_good < 2; ++for_good)
                for (size_t first = 1;; ++first, ++tried) {
                    fault self = {.first = first, .count = for_good ? SIZE_MAX : 1, .error = errors[j]};
                    if (!try_save(&self, &circumstances[i], model, NOT_NEEDED))
                        break;
                    struck |= BIT(self.kind);
                }
    print_message("%zu saves met a system call that failed\n", tried);
    assert_true(tried > 300);
    assert_int_equal(struck, MADE_BY_SAVES);
    digitnet_model_free(model);
}

static void interrupted_save_goes_on(void **state) {
    (void)state;
    digitnet_model *model = make_numbered_model();
    for (size_t i = 0; i < sizeof circumstances / sizeof *circumstances; ++i)
        for (size_t first = 1;; ++first) {
            fault self = {.first = first, .count = 1, .error = EINTR};
            if (!try_save(&self, &circumstances[i], model, NOT_NEEDED | MADE_AGAIN))
                break;
        }
    digitnet_model_free(model);
}

static void short_writes_go_on(void **state) {
    (void)state;
    static const size_t most[] = {1, 511, 4096};
    digitnet_model *model = make_numbered_model();
    for (size_t i = 0; i < sizeof most / sizeof *most; ++i) {
        prepare(&circumstances[1], model);
        fault self = {.first = 1, .count = SIZE_MAX, .most = most[i]};
        expect_ok(save_under(&self, model, "model"));
        assert_int_equal(read_number("model"), NEW);
    }
    digitnet_model_free(model);
}

/* Else a save would try for ever. */
static void writes_of_nothing_end(void **state) {
    (void)state;
    digitnet_model *model = make_numbered_model();
    prepare(&circumstances[1], model);
    fault self = {.first = 1, .count = SIZE_MAX, .most = 0};
    assert_int_equal(save_under(&self, model, "model"), DIGITNET_EIO);
    assert_non_null(strstr(digitnet_last_error(), "model"));
    assert_old(&circumstances[1]);
    assert_next_save(model);
    digitnet_model_free(model);
}

/* The system has no text for it. */
static void unknown_errors_are_told(void **state) {
    (void)state;
    digitnet_model *model = make_numbered_model();
    prepare(&circumstances[1], model);
    fault self = {.first = 1, .count = 1, .error = 9999};
    expect_failure(save_under(&self, model, "model"), DIGITNET_EIO, "cannot write model: ");
    assert_non_null(strstr(digitnet_last_error(), "error "));
    assert_old(&circumstances[1]);
    assert_next_save(model);
    digitnet_model_free(model);
}

/* ---- Another writer, between two calls of a save ---- */

/* Another writer renames the temporary file, which is then gone, before it is known to be ours. */
static int take_away(file_call *call, void *context) {
    size_t *times = context;
    if (call->kind == CALL_LSTAT && strcmp(call->path, "model.tmp") == 0) {
        assert_int_equal(unlink(call->path), 0);
        ++*times;
    }
    return 0;
}

static void saves_that_always_lose_give_up(void **state) {
    (void)state;
    size_t times = 0;
    digitnet_model *model = make_numbered_model();
    prepare(&circumstances[1], model);
    size_t descriptors = count_descriptors();
    watch_calls(&(call_watch){.before = take_away, .context = &times});
    expect_failure(digitnet_model_save(model, "model"), DIGITNET_ESTATE, "model.tmp: it is being written");
    watch_calls(NULL);
    assert_int_equal(times, 32);
    assert_int_equal(count_descriptors(), descriptors);
    assert_old(&circumstances[1]);
    assert_next_save(model);
    digitnet_model_free(model);
}

/* It is there when it is to be made, and gone when it is to be opened. */
static int remove_before_opening(file_call *call, void *context) {
    size_t *times = context;
    if (call->kind == CALL_OPEN && strcmp(call->path, "model.tmp") == 0 && (call->flags & O_CREAT) == 0) {
        assert_int_equal(unlink(call->path), 0);
        ++*times;
    }
    return 0;
}

/* What stands at its path is a file of another file system. */
static int look_elsewhere_once(file_call *call, void *context) {
    size_t *times = context;
    if (call->kind == CALL_LSTAT && strcmp(call->path, "model.tmp") == 0 && ++*times == 1)
        call->path = "/proc";
    return 0;
}

/* The file that is not known to be the save's own is removed under its lock, and made anew. */
static void what_others_leave_is_replaced(void **state) {
    (void)state;
    static const struct {
        int (*before)(file_call *call, void *context);
        const circumstance *met;
        size_t times;
    } rivals[] = {{remove_before_opening, &circumstances[2], 1}, {look_elsewhere_once, &circumstances[1], 3}};
    digitnet_model *model = make_numbered_model();
    for (size_t i = 0; i < sizeof rivals / sizeof *rivals; ++i) {
        size_t times = 0;
        prepare(rivals[i].met, model);
        watch_calls(&(call_watch){.before = rivals[i].before, .context = &times});
        expect_ok(digitnet_model_save(model, "model"));
        watch_calls(NULL);
        assert_int_equal(times, rivals[i].times);
        assert_int_equal(read_number("model"), NEW);
        assert_int_equal(count_entries("."), 1);
    }
    digitnet_model_free(model);
}

/* Another save replaces the file between two looks at it, as often as *context says. */
static int replace_before_stat(file_call *call, void *context) {
    size_t *times = context;
    if (call->kind == CALL_STAT && *times > 0) {
        --*times;
        put("other", "another save's");
        assert_int_equal(rename("other", "model"), 0);
    }
    return 0;
}

static void file_that_is_replaced_meanwhile_is_looked_at_again(void **state) {
    (void)state;
    size_t times = 31;
    digitnet_model *model = make_numbered_model();
    prepare(&circumstances[1], model);
    watch_calls(&(call_watch){.before = replace_before_stat, .context = &times});
    expect_ok(digitnet_model_save(model, LINK));
    watch_calls(NULL);
    assert_int_equal(times, 0);
    assert_next_save(model);
    digitnet_model_free(model);
}

static int find_nothing(file_call *call, void *context) {
    (void)context;
    return call->kind == CALL_STAT ? ENOENT : 0;
}

static int find_on_another_device(file_call *call, void *context) {
    (void)context;
    if (call->kind == CALL_STAT)
        call->path = "/proc/version";
    return 0;
}

/* A link of the system's may lead elsewhere than its text says. */
static void file_that_the_system_does_not_find_is_kept(void **state) {
    (void)state;
    static int (*const finds[])(file_call *, void *) = {find_nothing, find_on_another_device};
    digitnet_model *model = make_numbered_model();
    prepare(&circumstances[1], model);
    for (size_t i = 0; i < sizeof finds / sizeof *finds; ++i) {
        watch_calls(&(call_watch){.before = finds[i]});
        expect_failure(digitnet_model_save(model, LINK), DIGITNET_EIO, "has no path");
        watch_calls(NULL);
        assert_old(&circumstances[1]);
    }
    assert_next_save(model);
    digitnet_model_free(model);
}

static int note_folder(file_call *call, void *context) {
    size_t *times = context;
    if (call->kind == CALL_OPEN && call->flags & O_DIRECTORY) {
        assert_string_equal(call->path, "../work");
        ++*times;
    }
    return 0;
}

static void folder_of_the_target_is_synced(void **state) {
    (void)state;
    size_t times = 0;
    digitnet_model *model = make_numbered_model();
    prepare(&circumstances[1], model);
    watch_calls(&(call_watch){.before = note_folder, .context = &times});
    expect_ok(digitnet_model_save(model, LINK));
    watch_calls(NULL);
    assert_int_equal(times, 1);
    digitnet_model_free(model);
}

/* ---- What the temporary file shows while it is written ---- */

static int note_mode(file_call *call, void *context) {
    mode_t *modes = context;
    struct stat info;
    if (call->kind == CALL_FLOCK || call->kind == CALL_WRITE || call->kind == CALL_FCHOWN || call->kind == CALL_FCHMOD)
        *modes |= fstat(call->file, &info) == 0 ? info.st_mode & 0777 : 0777;
    return 0;
}

/* Whatever the old file's mode is: its owner and group come later. */
static void nobody_else_sees_a_file_that_is_written(void **state) {
    (void)state;
    static const mode_t old[] = {0600, 0644, 0660};
    digitnet_model *model = make_numbered_model();
    for (size_t i = 0; i < sizeof old / sizeof *old; ++i) {
        mode_t modes = 0;
        struct stat info;
        prepare(&circumstances[3], model);
        assert_int_equal(chmod("model", old[i]), 0);
        watch_calls(&(call_watch){.before = note_mode, .context = &modes});
        expect_ok(digitnet_model_save(model, "model"));
        watch_calls(NULL);
        assert_int_equal(modes, 0600);
        assert_int_equal(stat("model", &info), 0);
        assert_int_equal(info.st_mode & 07777, old[i]);
        assert_int_equal(read_number("model"), NEW);
    }
    digitnet_model_free(model);
}

static void lose_setgid(const file_call *call, int result, void *context) {
    (void)result;
    (void)context;
    if (call->kind == CALL_FCHMOD)
        assert_int_equal(chmod("model.tmp", 0640), 0);
}

static int let_pass(file_call *call, void *context) {
    (void)call;
    (void)context;
    return 0;
}

/* As fchmod() does for those who are not in the file's group. */
static void mode_that_is_not_kept_is_reported(void **state) {
    (void)state;
    digitnet_model *model = make_numbered_model();
    prepare(&circumstances[1], model);
    assert_int_equal(chmod("model", 02640), 0);
    watch_calls(&(call_watch){.before = let_pass, .after = lose_setgid});
    expect_failure(digitnet_model_save(model, "model"), DIGITNET_EIO, "the mode of model: 2640 becomes 0640");
    watch_calls(NULL);
    assert_old(&circumstances[1]);
    assert_int_equal(count_entries("."), 1);
    digitnet_model_free(model);
}

/* ---- Signals ---- */

/* As the system does where a write exceeds the limit of file sizes. */
static int exceed_limit(file_call *call, void *context) {
    (void)context;
    return call->kind == CALL_WRITE && raise(SIGXFSZ) == 0 ? EFBIG : 0;
}

static bool is_pending(int number) {
    sigset_t pending;
    assert_int_equal(sigpending(&pending), 0);
    return sigismember(&pending, number);
}

/* The signal of a save's own write is consumed. One that was pending before, in a program that blocks it, is left. */
static void signal_goes_no_further(void **state) {
    (void)state;
    sigset_t exceeded, before;
    int taken;
    if (DNN_EMULATED)
        skip_because("the emulator keeps pending signals to itself");
    digitnet_model *model = make_numbered_model();
    prepare(&circumstances[1], model);
    sigemptyset(&exceeded);
    sigaddset(&exceeded, SIGXFSZ);
    watch_calls(&(call_watch){.before = exceed_limit});
    expect_failure(digitnet_model_save(model, "model"), DIGITNET_EIO, strerror(EFBIG));
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &exceeded, &before), 0);
    assert_false(sigismember(&before, SIGXFSZ));
    assert_false(is_pending(SIGXFSZ));
    assert_int_equal(raise(SIGXFSZ), 0);
    expect_failure(digitnet_model_save(model, "model"), DIGITNET_EIO, strerror(EFBIG));
    watch_calls(NULL);
    assert_true(is_pending(SIGXFSZ));
    assert_int_equal(sigwait(&exceeded, &taken), 0);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
    assert_old(&circumstances[1]);
    digitnet_model_free(model);
}

/* ---- Loads ---- */

static digitnet_status load_path(const char *path) {
    digitnet_model *model = (digitnet_model *)1;
    digitnet_status status = recorded(digitnet_model_load(&model, path));
    assert_true((status == DIGITNET_OK) == (model != NULL));
    digitnet_model_free(model);
    return status;
}

static digitnet_status load_model(void) {
    return load_path("model");
}

/* Of another tool, with its weights in a file beside it. */
static digitnet_status load_in_two_files(void) {
    return load_path("two-files.onnx");
}

static digitnet_status load_compressed(void) {
    digitnet_dataset *dataset = (digitnet_dataset *)1;
    digitnet_status status = recorded(digitnet_dataset_load_idx(&dataset, "images-ubyte.gz", "labels-ubyte.gz"));
    assert_true((status == DIGITNET_OK) == (dataset != NULL));
    digitnet_dataset_free(dataset);
    return status;
}

static digitnet_status load_mnist(void) {
    digitnet_dataset *train = (digitnet_dataset *)1, *test = (digitnet_dataset *)1;
    digitnet_status status = recorded(digitnet_dataset_load_mnist(&train, &test, "."));
    assert_true((status == DIGITNET_OK) == (train != NULL && test != NULL));
    assert_true((status == DIGITNET_OK) == (train != NULL || test != NULL));
    digitnet_dataset_free(train);
    digitnet_dataset_free(test);
    return status;
}

typedef struct tested_load {
    digitnet_status (*load)(void);
    const char *part; /* of all its files' names */
} tested_load;

static const tested_load tested_loads[] = {
    {load_model, "model"}, {load_in_two_files, "two-files"}, {load_compressed, "ubyte.gz"}, {load_mnist, "ubyte"}};

static void put_bytes(const char *path, const char *bytes, unsigned size, const char *mode) {
    gzFile file = gzopen(path, mode);
    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes, size), size);
    assert_int_equal(gzclose(file), Z_OK);
}

/* One image of one pixel, and its label. */
static void put_pair(const char *images, const char *labels, const char *mode) {
    put_bytes(images, "\0\0\x08\3\0\0\0\1\0\0\0\1\0\0\0\1*", 17, mode);
    put_bytes(labels, "\0\0\x08\1\0\0\0\1\7", 9, mode);
}

static void put_entry(digitnet__wire_writer *writer, const char *key, const char *value) {
    size_t entry = digitnet__wire_begin(writer, DNN_TENSOR_EXTERNAL_DATA);
    digitnet__wire_put_string(writer, DNN_ENTRY_KEY, key);
    digitnet__wire_put_string(writer, DNN_ENTRY_VALUE, value);
    digitnet__wire_end(writer, entry);
}

/* N x 2 */
static void put_value(digitnet__wire_writer *writer, uint32_t number, const char *name) {
    size_t value = digitnet__wire_begin(writer, number);
    digitnet__wire_put_string(writer, DNN_VALUE_NAME, name);
    size_t type = digitnet__wire_begin(writer, DNN_VALUE_TYPE), tensor = digitnet__wire_begin(writer, DNN_TYPE_TENSOR);
    digitnet__wire_put_varint(writer, DNN_TENSOR_TYPE_ELEMENT, DNN_DATA_FLOAT);
    size_t shape = digitnet__wire_begin(writer, DNN_TENSOR_TYPE_SHAPE);
    digitnet__wire_end(writer, digitnet__wire_begin(writer, DNN_SHAPE_DIM));
    size_t values = digitnet__wire_begin(writer, DNN_SHAPE_DIM);
    digitnet__wire_put_varint(writer, DNN_DIM_VALUE, 2);
    digitnet__wire_end(writer, values);
    digitnet__wire_end(writer, shape);
    digitnet__wire_end(writer, tensor);
    digitnet__wire_end(writer, type);
    digitnet__wire_end(writer, value);
}

/* y = x w, where the other file has w behind four bytes. */
static void put_graph(digitnet__wire_writer *writer) {
    size_t graph = digitnet__wire_begin(writer, DNN_MODEL_GRAPH), node = digitnet__wire_begin(writer, DNN_GRAPH_NODE);
    digitnet__wire_put_string(writer, DNN_NODE_INPUT, "x");
    digitnet__wire_put_string(writer, DNN_NODE_INPUT, "w");
    digitnet__wire_put_string(writer, DNN_NODE_OUTPUT, "y");
    digitnet__wire_put_string(writer, DNN_NODE_OP_TYPE, "Mul");
    digitnet__wire_end(writer, node);
    size_t tensor = digitnet__wire_begin(writer, DNN_GRAPH_INITIALIZER);
    digitnet__wire_put_varint(writer, DNN_TENSOR_DIMS, 1);
    digitnet__wire_put_varint(writer, DNN_TENSOR_DATA_TYPE, DNN_DATA_FLOAT);
    digitnet__wire_put_string(writer, DNN_TENSOR_NAME, "w");
    put_entry(writer, "location", "two-files.data");
    put_entry(writer, "offset", "4");
    digitnet__wire_put_varint(writer, DNN_TENSOR_DATA_LOCATION, 1);
    digitnet__wire_end(writer, tensor);
    put_value(writer, DNN_GRAPH_INPUT, "x");
    put_value(writer, DNN_GRAPH_OUTPUT, "y");
    digitnet__wire_end(writer, graph);
}

static void put_two_files(void) {
    unsigned char bytes[512];
    digitnet__wire_writer writer = {.bytes = bytes};
    digitnet__wire_put_varint(&writer, DNN_MODEL_IR_VERSION, 8);
    put_graph(&writer);
    size_t opset = digitnet__wire_begin(&writer, DNN_MODEL_OPSET_IMPORT);
    digitnet__wire_put_varint(&writer, DNN_OPSET_VERSION, 13);
    digitnet__wire_end(&writer, opset);
    assert_in_range(writer.position, 1, sizeof bytes);
    put_bytes("two-files.onnx", (const char *)bytes, (unsigned)writer.position, "wbT");
    put_bytes("two-files.data", "....\0\0\x80\x3f", 8, "wbT");
}

static void put_files(void) {
    put_two_files();
    digitnet_model *model = make_numbered_model();
    expect_ok(digitnet_model_save(model, "model"));
    digitnet_model_free(model);
    put_pair("images-ubyte.gz", "labels-ubyte.gz", "wb");
    put_pair("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "wbT");
    put_pair("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", "wbT");
}

static digitnet_status load_under(fault *self, const tested_load *tested) {
    begin(self);
    digitnet_status status = tested->load();
    end(self);
    return status;
}

/* False where the load has less calls than the fault's first. */
static bool try_load(fault *self, const tested_load *tested, unsigned borne) {
    digitnet_status status = load_under(self, tested);
    if (self->struck == 0)
        return false;
    if ((self->struck & ~borne) == 0)
        expect_ok(status);
    else {
        expect_failure(status, DIGITNET_EIO, tested->part);
        assert_reason(tested->part, self->error);
    }
    expect_ok(tested->load());
    return true;
}

static void failed_load_is_told(void **state) {
    (void)state;
    size_t tried = 0;
    put_files();
    for (size_t i = 0; i < sizeof tested_loads / sizeof *tested_loads; ++i)
        for (size_t j = 0; j < sizeof errors / sizeof *errors; ++j)
            for (int for_good = 0; for_good < 2; ++for_good)
                for (size_t first = 1;; ++first, ++tried) {
                    fault self = {.first = first, .count = for_good ? SIZE_MAX : 1, .error = errors[j]};
                    if (!try_load(&self, &tested_loads[i], NOT_NEEDED_TO_LOAD))
                        break;
                }
    print_message("%zu loads met a system call that failed\n", tried);
    assert_true(tried > 100);
}

static void interrupted_load_goes_on(void **state) {
    (void)state;
    put_files();
    for (size_t i = 0; i < sizeof tested_loads / sizeof *tested_loads; ++i)
        for (size_t first = 1;; ++first) {
            fault self = {.first = first, .count = 1, .error = EINTR};
            if (!try_load(&self, &tested_loads[i], NOT_NEEDED_TO_LOAD | MADE_AGAIN))
                break;
        }
}

static void short_reads_go_on(void **state) {
    (void)state;
    static const size_t most[] = {1, 511, 4096};
    put_files();
    for (size_t i = 0; i < sizeof tested_loads / sizeof *tested_loads; ++i)
        for (size_t j = 0; j < sizeof most / sizeof *most; ++j) {
            fault self = {.first = 1, .count = SIZE_MAX, .most = most[j]};
            expect_ok(load_under(&self, &tested_loads[i]));
        }
}

static void files_that_become_shorter_are_refused(void **state) {
    (void)state;
    put_files();
    for (size_t i = 0; i < sizeof tested_loads / sizeof *tested_loads; ++i) {
        fault self = {.first = 1, .count = SIZE_MAX, .most = 0};
        expect_failure(load_under(&self, &tested_loads[i]), DIGITNET_EIO, tested_loads[i].part);
        assert_non_null(strstr(digitnet_last_error(), "shorter"));
    }
}

/* ---- Logs ---- */

/* A log whose file cannot be looked at ends the fit, and leaves the file as it was. */
static int fail_fstat(file_call *call, void *context) {
    (void)context;
    return call->kind == CALL_FSTAT ? EIO : 0;
}

static void log_that_cannot_be_looked_at_ends_the_fit(void **state) {
    (void)state;
    const call_watch watch = {.before = fail_fstat};
    digitnet_dataset *data = make_small_dataset(8, 1);
    digitnet_model *model = make_small_network(1);
    digitnet_callback *log;
    put("log.csv", "epoch\n");
    expect_ok(digitnet_callback_create_csv_log(&log, "log.csv", DIGITNET_WITH(digitnet_log_options, .append = 1)));
    size_t descriptors = count_descriptors();
    watch_calls(&watch);
    digitnet_status status =
        digitnet_model_fit(model, data, DIGITNET_WITH(digitnet_fit_options, DIGITNET_CALLBACKS(log)));
    watch_calls(NULL);
    expect_passed_on(status, DIGITNET_EIO, "cannot write log.csv: Input/output error");
    assert_int_equal(count_descriptors(), descriptors);
    struct stat info;
    assert_int_equal(stat("log.csv", &info), 0);
    assert_int_equal(info.st_size, 6);
    fit(model, data, DIGITNET_WITH(digitnet_fit_options, DIGITNET_CALLBACKS(log)));
    digitnet_callback_free(log);
    digitnet_model_free(model);
    digitnet_dataset_free(data);
}

static int enter_work(void **state) {
    return enter_folder(state) != 0 || mkdir("work", 0777) != 0 || chdir("work") != 0 ||
           symlink("work/model", LINK) != 0;
}

#define in_work(test) cmocka_unit_test_setup_teardown(test, enter_work, leave_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        in_work(failed_save_keeps_the_old_file),
        in_work(interrupted_save_goes_on),
        in_work(short_writes_go_on),
        in_work(writes_of_nothing_end),
        in_work(unknown_errors_are_told),
        in_work(saves_that_always_lose_give_up),
        in_work(what_others_leave_is_replaced),
        in_work(file_that_is_replaced_meanwhile_is_looked_at_again),
        in_work(file_that_the_system_does_not_find_is_kept),
        in_work(folder_of_the_target_is_synced),
        in_work(nobody_else_sees_a_file_that_is_written),
        in_work(mode_that_is_not_kept_is_reported),
        in_work(signal_goes_no_further),
        in_work(failed_load_is_told),
        in_work(interrupted_load_goes_on),
        in_work(short_reads_go_on),
        in_work(files_that_become_shorter_are_refused),
        in_work(log_that_cannot_be_looked_at_ends_the_fit),
    };
    skip_syncs();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
