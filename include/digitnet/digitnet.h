/**
 * @file digitnet.h
 * Training and running small convolutional networks.
 *
 * This header includes all others but progress.h: include this one, and start reading here.
 *
 * A program reads a data set (dataset.h), perhaps varies it (augmentation.h), builds a model layer by layer (model.h,
 * layers.h), compiles, fits and evaluates it (training.h, callbacks.h), on several machines together too
 * (communicator.h), predicts with it (inference.h), sees what it gets wrong (report.h), reads sequences from its
 * columns (ctc.h), saves and loads it as an ONNX file (model.h), and brings pictures of its own into the form of
 * MNIST's digits (image.h). progress.h, to be included apart, prints a progress bar.
 *
 * Everywhere:
 * - Functions that can fail return a digitnet_status; digitnet_last_error() says in words what was wrong. A failure
 *   leaves its objects as they were. The library never prints, exits, or changes anything of the process that it lives
 *   in.
 * - Results come first, then the object, then inputs. `X **out` receives an object to be released with
 *   `digitnet_X_free`, or NULL.
 * - Sizes of buffers are counted in values, not in bytes.
 */
#ifndef DIGITNET_DIGITNET_H
#define DIGITNET_DIGITNET_H

#include "digitnet/augmentation.h"
#include "digitnet/callbacks.h"
#include "digitnet/communicator.h"
#include "digitnet/ctc.h"
#include "digitnet/dataset.h"
#include "digitnet/export.h"
#include "digitnet/image.h"
#include "digitnet/inference.h"
#include "digitnet/layers.h"
#include "digitnet/model.h"
#include "digitnet/optimizer.h"
#include "digitnet/options.h"
#include "digitnet/reader.h"
#include "digitnet/report.h"
#include "digitnet/status.h"
#include "digitnet/training.h"
#include "digitnet/version.h"

#endif
