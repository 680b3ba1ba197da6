/* Saved models as bytes, for tests that compare and damage them. */
#ifndef ONNX_BYTES_H
#define ONNX_BYTES_H

#include "support.h"

typedef struct saved_bytes {
    unsigned char *data;
    size_t size;
} saved_bytes;

/* A model as a file of ours, to be released with free(). */
saved_bytes save_model(const digitnet_model *model);
saved_bytes save_sample(const char *name);
/* A file that is whole. */
digitnet_model *load_model(const saved_bytes *file, int32_t ignore_metadata);
void assert_same_bytes(const saved_bytes *a, const saved_bytes *b);
/* Loads from memory of exactly this size, so that a sanitizer sees any byte read outside of it. Frees what loads. */
digitnet_status try_load(const void *data, size_t size, int32_t ignore_metadata);
/* The first place of these bytes in the file, or of this text. They must be there. */
unsigned char *find_bytes(const saved_bytes *file, const char *piece, size_t size);
unsigned char *find(const saved_bytes *file, const char *text);
/* Sets the checksum right again. */
void mend(const saved_bytes *file);

#endif
