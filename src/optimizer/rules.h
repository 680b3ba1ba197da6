/* The rules that there are. */
#ifndef DNN_OPTIMIZER_RULES_H
#define DNN_OPTIMIZER_RULES_H

#include "optimizer/optimizer.h"

extern const dnn_optimizer_rule dnn_optimizer_adam, dnn_optimizer_sgd;

#endif
