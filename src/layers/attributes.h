/* A layer's attributes as text, as model files keep them: KEY=VALUE for each that is not zero. */
#ifndef DNN_LAYERS_ATTRIBUTES_H
#define DNN_LAYERS_ATTRIBUTES_H

#include "core/number.h"
#include "layers/layer.h"

/* Makes every -0 a 0: a file leaves out what is zero, and what is read from it must be the same again. */
void digitnet__attributes_unsign_zeros(digitnet__attributes *attributes);
/* The key of the attribute at an index; NULL past the last. */
const char *digitnet__attribute_key(size_t index);
/* False where the value is zero, as it is where a kind has no such attribute. */
bool digitnet__attribute_text(digitnet__number *text, const digitnet__attributes *attributes, size_t index);
/* False where the text is no value that this attribute can have. Whether its kind takes it, infer_shape says. */
bool digitnet__attribute_parse(digitnet__attributes *attributes, size_t index, const char *text);

#endif
