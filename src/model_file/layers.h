/* The layers of a model as text, from which our own files are read back: their nodes are for other tools. A line for
 * each layer, with '/' between its parts, which no name holds:
 *
 *     KIND/NAME[/frozen][/input=NAME...][/ATTRIBUTE=VALUE...]
 *
 * Without an input, a layer takes the one before it; attributes that are zero are left out. */
#ifndef DNN_MODEL_FILE_LAYERS_H
#define DNN_MODEL_FILE_LAYERS_H

#include "model/model.h"
#include "onnx/wire.h"

/* Writes the text into `bytes`, or only counts where that is NULL; returns its size. */
size_t digitnet__layers_write(unsigned char *bytes, const digitnet__graph *graph);
/* Adds the layers to an empty model. EFORMAT where the text is malformed or its layers cannot be built, EUNSUPPORTED
 * for a kind or an attribute that this version does not know, ELIMIT beyond the model's limits. */
digitnet_status digitnet__layers_read(digitnet_model *model, digitnet__wire_view text);

#endif
