/* Changes of a model's layers: the graph is built anew, and takes the place of the present one with all that stays. */
#ifndef DNN_MODEL_EDIT_H
#define DNN_MODEL_EDIT_H

#include "model/model.h"

/* EINVAL where scale x + offset is no scaling: a number is no finite float, or the scale 0. `where` is for the message.
 */
digitnet_status digitnet__input_scaling_check(double scale, double offset, const char *where);
/* Puts the layer "input_scaling" in front of all others, or changes the one that is there. With exclusive access. */
digitnet_status digitnet__model_scale_input(digitnet_model *model, double scale, double offset);

#endif
