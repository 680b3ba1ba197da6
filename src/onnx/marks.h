/* The marks of our own files: producer_name, and entries "digitnet.*" of metadata_props with the training's settings,
 * the place in it, and a checksum. They are independent: a file with any of them is ours, and must have them all. */
#ifndef DNN_ONNX_MARKS_H
#define DNN_ONNX_MARKS_H

#include "onnx/wire.h"
#include "training/training.h"

#define DNN_ONNX_PRODUCER "libdigitnet"

typedef struct digitnet__onnx_marks {
    bool present;  /* any of them */
    bool compiled; /* `training` is filled in, all but its state */
    digitnet__training training;
} digitnet__onnx_marks;

/* Writes the entries; `training` is NULL for a model that is not compiled. Returns where the checksum's digits stand,
 * zeros so far. */
size_t digitnet__onnx_write_marks(digitnet__wire_writer *writer, const digitnet__training *training);
/* Sets the digits to zlib's CRC-32 of the whole file, in which they stand as zeros. */
void digitnet__onnx_write_checksum(unsigned char *file, size_t size, size_t digits);

/* Reads and checks the marks of a whole file. EFORMAT where some are missing, or a value or the checksum is wrong;
 * EVERSION for a later format. */
digitnet_status digitnet__onnx_read_marks(digitnet__onnx_marks *marks, digitnet__wire_view file);

#endif
