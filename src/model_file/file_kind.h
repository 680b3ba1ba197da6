/* What people have in the place of an ONNX file. */
#ifndef DNN_MODEL_FILE_FILE_KIND_H
#define DNN_MODEL_FILE_FILE_KIND_H

#include <stddef.h>

/* What bytes that are no ONNX file are, as "a gzip file"; NULL where that is not known. */
const char *digitnet__file_kind(const unsigned char *bytes, size_t size);

#endif
