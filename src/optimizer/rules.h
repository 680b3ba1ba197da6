/* The rules that there are. */
#ifndef DNN_OPTIMIZER_RULES_H
#define DNN_OPTIMIZER_RULES_H

#include "optimizer/optimizer.h"

extern const digitnet__optimizer_rule digitnet__optimizer_adam, digitnet__optimizer_sgd;

#endif
