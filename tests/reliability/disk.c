#include "disk.h"

#include "support.h"

#include <stdbool.h>
#include <string.h>

enum { SECTOR = 512, SECTORS = DISK_FILE_BYTES / SECTOR };

static bool changes_names(const operation *done) {
    return done->kind == OPERATION_CREATE || done->kind == OPERATION_RENAME || done->kind == OPERATION_REMOVE;
}

/* Whether a later operation has synced it. */
static bool is_sure(const operation *operations, size_t count, size_t index) {
    const operation *done = &operations[index];
    for (size_t i = index + 1; i < count; ++i)
        if (changes_names(done) ? operations[i].kind == OPERATION_SYNC_FOLDER
                                : operations[i].kind == OPERATION_SYNC && operations[i].file == done->file)
            return true;
    return false;
}

size_t count_unsure_names(const operation *operations, size_t count) {
    size_t unsure = 0;
    for (size_t i = 0; i < count; ++i)
        unsure += changes_names(&operations[i]) && !is_sure(operations, count, i);
    return unsure;
}

static void change_names(disk *self, const operation *done) {
    if (done->kind == OPERATION_CREATE || done->kind == OPERATION_REMOVE)
        self->names[done->name] = done->kind == OPERATION_CREATE ? done->file : -1;
    else {
        self->names[done->new_name] = done->file;
        self->names[done->name] = -1;
    }
}

/* Between none and nine of ten sectors. */
static bool sector_is_left(uint64_t bytes_left, size_t operation_index, size_t sector) {
    float share = 0.1f * (float)(bytes_left % 10);
    return bytes_left == 1 ||
           (bytes_left > 2 && (noise(bytes_left, operation_index * SECTORS + sector) + 1) / 2 < share);
}

static void write_sectors(disk_file *file, const operation *done, size_t index, bool sure, uint64_t bytes_left) {
    size_t end = done->offset + done->size;
    assert_true(end <= DISK_FILE_BYTES);
    for (size_t at = done->offset, next; at < end; at = next) {
        next = (at / SECTOR + 1) * SECTOR < end ? (at / SECTOR + 1) * SECTOR : end;
        if (!sure && !sector_is_left(bytes_left, index, at / SECTOR))
            continue;
        memcpy(file->bytes + at, done->bytes + (at - done->offset), next - at);
        file->size = next > file->size ? next : file->size;
    }
    if (bytes_left != 0 && bytes_left % 2 == 0 && end > file->size)
        file->size = end;
}

void lose_power(disk *self, const operation *operations, size_t count, unsigned names_left, uint64_t bytes_left) {
    for (size_t i = 0; i < count; ++i) {
        const operation *done = &operations[i];
        bool sure = is_sure(operations, count, i);
        if (done->kind == OPERATION_CREATE) /* what lay on the disk before: zeros, or whatever it was */
            memset(self->files[done->file].bytes, bytes_left % 3 == 0 ? 0xa5 : 0, DISK_FILE_BYTES);
        if (done->kind == OPERATION_WRITE)
            write_sectors(&self->files[done->file], done, i, sure, bytes_left);
        if (!changes_names(done))
            continue;
        if (sure || names_left & 1)
            change_names(self, done);
        if (!sure)
            names_left >>= 1;
    }
}
