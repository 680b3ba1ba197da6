/* What our own files say beside the graph: producer_name, and entries "digitnet.*" of metadata_props with the layers,
 * the training's settings, the place in it, and a checksum. A file with any of them is ours, and must have
 * producer_name, format and checksum; other entries have defaults, so that later versions can add some. */
#ifndef DNN_MODEL_FILE_METADATA_H
#define DNN_MODEL_FILE_METADATA_H

#include "model/model.h"
#include "onnx/wire.h"

typedef struct digitnet__metadata {
    bool present;  /* any of them */
    bool compiled; /* `training` is filled in, all but its state */
    digitnet__training training;
    digitnet__wire_view layers; /* for digitnet__layers_read(); bytes is NULL in files that have no such list */
} digitnet__metadata;

/* Writes the entries, without the training's where that is NULL. Returns where the checksum's digits stand, zeros so
 * far. */
size_t digitnet__metadata_write(digitnet__wire_writer *writer, const digitnet__graph *graph,
                                const digitnet__training *training);
/* Sets the digits to zlib's CRC-32 of the whole file, in which they stand as zeros. */
void digitnet__checksum_write(unsigned char *file, size_t size, size_t digits);

/* Reads and checks the metadata of a whole file. EFORMAT where what must be there is missing, or a value or the
 * checksum is wrong; EVERSION for a later format. */
digitnet_status digitnet__metadata_read(digitnet__metadata *metadata, digitnet__wire_view file);

#endif
