/* The power fails during a save: its system calls are recorded, and done again on a simulated disk that loses power
 * after each of them. Whatever that leaves, the file is the old one or the new one, whole; after the save, the new one.
 */
#include "disk.h"
#include "folder.h"
#include "generations.h"
#include "support.h"
#include "wrapped_calls.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>

enum { OLD = 1, NEW = 2, TEARS = 60, MOST_OPERATIONS = 128, MOST_DESCRIPTORS = 1024 };

/* ---- Recording ---- */

enum { NO_FILE = -1, FOLDER = -2, OLD_FILE = 0, STALE_FILE = 1 };

/* What a save does with files. Each is known by its number; those behind descriptors and names are followed. */
typedef struct recording {
    operation operations[MOST_OPERATIONS];
    size_t count;
    unsigned char bytes[DISK_FILE_BYTES]; /* all that is written, to one file */
    size_t written;
    int files, behind_descriptor[MOST_DESCRIPTORS], behind_name[DISK_NAMES];
    size_t most_written; /* by one call */
    size_t modes;        /* that were set */
} recording;

static disk_name name_of(const char *path) {
    if (strcmp(path, "model") == 0)
        return DISK_MODEL;
    assert_string_equal(path, "model.tmp");
    return DISK_TEMPORARY;
}

static void record(recording *self, operation done) {
    assert_true(self->count < MOST_OPERATIONS);
    self->operations[self->count++] = done;
}

static void record_open(recording *self, const file_call *call, int descriptor) {
    assert_in_range(descriptor, 0, MOST_DESCRIPTORS - 1);
    assert_int_equal(call->flags & O_TRUNC, 0);
    if (call->flags & O_DIRECTORY) {
        assert_string_equal(call->path, ".");
        self->behind_descriptor[descriptor] = FOLDER;
    } else if (call->flags & O_CREAT) {
        assert_true(call->flags & O_EXCL && self->files < DISK_FILES);
        disk_name name = name_of(call->path);
        record(self, (operation){.kind = OPERATION_CREATE, .name = name, .file = self->files});
        self->behind_descriptor[descriptor] = self->behind_name[name] = self->files++;
    } else
        self->behind_descriptor[descriptor] = self->behind_name[name_of(call->path)];
}

static void record_write(recording *self, int file, const void *bytes, size_t size) {
    assert_true(file >= 0 && self->written + size <= sizeof self->bytes);
    memcpy(self->bytes + self->written, bytes, size);
    record(self, (operation){.kind = OPERATION_WRITE,
                             .file = file,
                             .offset = self->written,
                             .size = size,
                             .bytes = self->bytes + self->written});
    self->written += size;
}

static void record_rename(recording *self, disk_name name, disk_name new_name) {
    int file = self->behind_name[name];
    record(self, (operation){.kind = OPERATION_RENAME, .name = name, .new_name = new_name, .file = file});
    self->behind_name[new_name] = file;
    self->behind_name[name] = NO_FILE;
}

static void record_sync(recording *self, int file) {
    record(self, (operation){.kind = file == FOLDER ? OPERATION_SYNC_FOLDER : OPERATION_SYNC, .file = file});
}

/* Owner and mode must reach the disk with the bytes: the sync comes later. */
static void record_mode(recording *self) {
    for (size_t i = 0; i < self->count; ++i)
        assert_int_not_equal(self->operations[i].kind, OPERATION_SYNC);
    ++self->modes;
}

static void record_call(const file_call *call, int result, void *context) {
    recording *self = context;
    if (result < 0)
        return;
    if (call->kind == CALL_OPEN)
        record_open(self, call, result);
    if (call->kind == CALL_WRITE)
        record_write(self, self->behind_descriptor[call->file], call->bytes, (size_t)result);
    if (call->kind == CALL_FCHMOD || call->kind == CALL_FCHOWN)
        record_mode(self);
    if (call->kind == CALL_FSYNC)
        record_sync(self, self->behind_descriptor[call->file]);
    if (call->kind == CALL_RENAME)
        record_rename(self, name_of(call->path), name_of(call->new_path));
    if (call->kind == CALL_UNLINK)
        record(self, (operation){.kind = OPERATION_REMOVE, .name = name_of(call->path)});
}

static int shorten_writes(file_call *call, void *context) {
    const recording *self = context;
    if (call->kind == CALL_WRITE && call->size > self->most_written)
        call->size = self->most_written;
    return 0;
}

/* ---- The tests' state: a disk with an old file, and a save that replaces it ---- */

typedef struct fixture {
    place *here;
    digitnet_model *model;
    disk before, after;
    recording recorded;
} fixture;

static void read_file(disk_file *file, const char *path) {
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    file->size = fread(file->bytes, 1, sizeof file->bytes, stream);
    assert_true(file->size < sizeof file->bytes);
    fclose(stream);
}

static void write_file(const disk_file *file, const char *path) {
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(file->bytes, 1, file->size, stream), file->size);
    assert_int_equal(fclose(stream), 0);
}

/* Puts what the disk holds into the folder. */
static void put_disk(const disk *left) {
    static const char *const paths[DISK_NAMES] = {"model", "model.tmp"};
    for (size_t i = 0; i < DISK_NAMES; ++i) {
        unlink(paths[i]);
        if (left->names[i] != NO_FILE)
            write_file(&left->files[left->names[i]], paths[i]);
    }
}

static void begin_disk(fixture *own, bool old_file, bool stale_temporary) {
    memset(&own->before, 0, sizeof own->before);
    expect_ok(number_model(own->model, OLD));
    expect_ok(digitnet_model_save(own->model, "model"));
    read_file(&own->before.files[OLD_FILE], "model");
    own->before.files[STALE_FILE] = (disk_file){.bytes = "left by a save that was killed", .size = 30};
    own->before.names[DISK_MODEL] = old_file ? OLD_FILE : NO_FILE;
    own->before.names[DISK_TEMPORARY] = stale_temporary ? STALE_FILE : NO_FILE;
    put_disk(&own->before);
}

/* Saves the new model, and records how. */
static void record_save(fixture *own, size_t most_written) {
    recording *self = &own->recorded;
    *self = (recording){.files = STALE_FILE + 1, .most_written = most_written};
    memcpy(self->behind_name, own->before.names, sizeof self->behind_name);
    expect_ok(number_model(own->model, NEW));
    call_watch watch = {.before = shorten_writes, .after = record_call, .context = self};
    watch_calls(&watch);
    expect_ok(digitnet_model_save(own->model, "model"));
    watch_calls(NULL);
}

/* ---- Power losses ---- */

/* Whether the folder holds what it must. */
static bool is_sound(const fixture *own, bool saved) {
    size_t number;
    digitnet_status status = load_number(&number, "model");
    if (status == DIGITNET_ENOTFOUND)
        return own->before.names[DISK_MODEL] == NO_FILE && !saved;
    return status == DIGITNET_OK && (number == NEW || (number == OLD && !saved));
}

/* How many of the power losses after the first `count` operations lose the model. */
static size_t count_losses_after(size_t *tried, fixture *own, size_t count) {
    const recording *done = &own->recorded;
    size_t losses = 0, unsure = count_unsure_names(done->operations, count);
    assert_true(unsure < 8);
    for (unsigned names_left = 0; names_left < 1u << unsure; ++names_left)
        for (uint64_t bytes_left = 0; bytes_left < TEARS; ++bytes_left, ++*tried) {
            own->after = own->before;
            lose_power(&own->after, done->operations, count, names_left, bytes_left);
            put_disk(&own->after);
            losses += !is_sound(own, count == done->count);
        }
    return losses;
}

static size_t count_losses(size_t *tried, fixture *own) {
    size_t losses = 0;
    for (size_t count = 0; count <= own->recorded.count; ++count)
        losses += count_losses_after(tried, own, count);
    return losses;
}

static void power_loss_leaves_a_whole_file(void **state) {
    fixture *own = *state;
    static const size_t most_written[] = {SIZE_MAX, 10000};
    size_t tried = 0;
    for (int old_file = 0; old_file < 2; ++old_file)
        for (int stale_temporary = 0; stale_temporary < 2; ++stale_temporary)
            for (size_t i = 0; i < sizeof most_written / sizeof *most_written; ++i) {
                begin_disk(own, old_file, stale_temporary);
                record_save(own, most_written[i]);
                assert_int_equal(own->recorded.modes, old_file);
                assert_int_equal(count_losses(&tried, own), 0);
            }
    print_message("%zu power losses, nothing lost\n", tried);
    assert_true(tried > 1000);
}

/* Whatever a power loss has left, the next save does its work. */
static void next_save_works(void **state) {
    fixture *own = *state;
    begin_disk(own, true, false);
    record_save(own, SIZE_MAX);
    for (size_t count = 0; count <= own->recorded.count; ++count) {
        size_t unsure = count_unsure_names(own->recorded.operations, count);
        for (unsigned names_left = 0; names_left < 1u << unsure; ++names_left) {
            own->after = own->before;
            lose_power(&own->after, own->recorded.operations, count, names_left, 2);
            put_disk(&own->after);
            expect_ok(digitnet_model_save(own->model, "model"));
            assert_int_equal(read_number("model"), NEW);
            assert_int_equal(access("model.tmp", F_OK), -1);
        }
    }
}

/* ---- Saves that do less: the disk must notice ---- */

static size_t find(const recording *self, operation_kind kind) {
    for (size_t i = 0; i < self->count; ++i)
        if (self->operations[i].kind == kind)
            return i;
    fail_msg("a save does no operation of kind %d", (int)kind);
    return 0;
}

static void leave_out(recording *self, operation_kind kind) {
    size_t index = find(self, kind);
    --self->count;
    memmove(&self->operations[index], &self->operations[index + 1], (self->count - index) * sizeof(operation));
}

static void without_syncs_the_model_is_lost(void **state) {
    fixture *own = *state;
    static const operation_kind syncs[] = {OPERATION_SYNC, OPERATION_SYNC_FOLDER};
    for (size_t i = 0; i < sizeof syncs / sizeof *syncs; ++i) {
        size_t tried = 0;
        begin_disk(own, true, false);
        record_save(own, SIZE_MAX);
        leave_out(&own->recorded, syncs[i]);
        assert_true(count_losses(&tried, own) > 0);
    }
}

static void synced_too_late_the_model_is_lost(void **state) {
    fixture *own = *state;
    size_t tried = 0;
    begin_disk(own, true, false);
    record_save(own, SIZE_MAX);
    operation *operations = own->recorded.operations;
    size_t sync = find(&own->recorded, OPERATION_SYNC), rename = find(&own->recorded, OPERATION_RENAME);
    assert_true(sync < rename);
    operation synced = operations[sync];
    operations[sync] = operations[rename];
    operations[rename] = synced;
    assert_true(count_losses(&tried, own) > 0);
}

static int begin_fixture(void **state) {
    fixture *own = calloc(1, sizeof *own);
    void *here = NULL;
    if (own == NULL || enter_folder(&here) != 0)
        return -1;
    own->here = here;
    own->model = make_numbered_model();
    *state = own;
    return 0;
}

static int end_fixture(void **state) {
    fixture *own = *state;
    void *here = own->here;
    digitnet_model_free(own->model);
    free(own);
    return leave_folder(&here);
}

#define with_fixture(test) cmocka_unit_test_setup_teardown(test, begin_fixture, end_fixture)

int main(void) {
    const struct CMUnitTest tests[] = {
        with_fixture(power_loss_leaves_a_whole_file),
        with_fixture(next_save_works),
        with_fixture(without_syncs_the_model_is_lost),
        with_fixture(synced_too_late_the_model_is_lost),
    };
    skip_syncs();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
