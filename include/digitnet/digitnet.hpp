/**
 * @file digitnet.hpp  libdigitnet for C++17: owners, exceptions, spans, and builders that chain. Include this one.
 *
 *     const auto [train, test] = digitnet::load_mnist("data/mnist");
 *     auto model = digitnet::model(28, 28, 1)
 *                      .conv2d(32, 3, digitnet::relu)
 *                      .max_pool2d(2)
 *                      .flatten()
 *                      .dense(10, digitnet::softmax)
 *                      .compile(digitnet::adam, digitnet::sparse_categorical_crossentropy);
 *     digitnet::fit_options options;
 *     options.epochs = 5;
 *     model.fit(train, options);
 *
 * It does what the C API does: each function calls the C function whose name it bears, and that one's shapes, limits,
 * and rules for threads hold. Structs and enumerators are the C API's own. Everywhere:
 * - Where the C function returns a status, this throws digitnet::error with it; the objects are left as is said there.
 *   Any function may throw std::bad_alloc where there is no memory for the wrapper's own values.
 * - Owners (model, dataset, session, history, callback, report, ctc_decoding, reader, reader_scratch, reading) are
 *   moved, not copied. One that was moved from is empty: its functions throw error with DIGITNET_EINVAL, or do nothing
 *   where they cannot fail. get() gives the handle for calls of the C API, which may be mixed with those here.
 * - A callback may throw. The call that it was made in ends as after any failure of a callback, and then throws the
 *   same exception; where that call was made through the C API, it returns DIGITNET_ECALLBACK.
 */
#ifndef DIGITNET_DIGITNET_HPP
#define DIGITNET_DIGITNET_HPP

#include "digitnet/callbacks.hpp"
#include "digitnet/ctc.hpp"
#include "digitnet/dataset.hpp"
#include "digitnet/digitnet.h"
#include "digitnet/image.hpp"
#include "digitnet/inference.hpp"
#include "digitnet/layers.hpp"
#include "digitnet/model.hpp"
#include "digitnet/optimizer.hpp"
#include "digitnet/options.hpp"
#include "digitnet/reader.hpp"
#include "digitnet/report.hpp"
#include "digitnet/span.hpp"
#include "digitnet/status.hpp"
#include "digitnet/training.hpp"

#endif
