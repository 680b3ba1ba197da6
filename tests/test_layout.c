/* Compiled, never run: check_layout.sh compiles it for several targets with -Wpadded, which must find nothing. Padding
 * bytes hold garbage, which a newer library would take for fields that the caller has set. Enumerations must take 4
 * bytes, or the fields after them would move. */
#include "digitnet/digitnet.h"

#define USE_STRUCT(type) extern char use_##type[sizeof(type)];
#define USE_ENUM(type) _Static_assert(sizeof(type) == 4, "enumerations take 4 bytes");

USE_STRUCT(digitnet_allocator)
USE_STRUCT(digitnet_dataset_options)
USE_STRUCT(digitnet_source_options)
USE_STRUCT(digitnet_dataset_load_options)
USE_STRUCT(digitnet_dataset_info)
USE_STRUCT(digitnet_image)
USE_STRUCT(digitnet_session_options)
USE_STRUCT(digitnet_conv2d_options)
USE_STRUCT(digitnet_max_pool2d_options)
USE_STRUCT(digitnet_layer_options)
USE_STRUCT(digitnet_dense_options)
USE_STRUCT(digitnet_model_options)
USE_STRUCT(digitnet_model_info)
USE_STRUCT(digitnet_layer_info)
USE_STRUCT(digitnet_tensor_info)
USE_STRUCT(digitnet_model_load_options)
USE_STRUCT(digitnet_compile_options)
USE_STRUCT(digitnet_event)
USE_STRUCT(digitnet_callback)
USE_STRUCT(digitnet_fit_options)
USE_STRUCT(digitnet_metrics)
USE_STRUCT(digitnet_evaluate_options)

USE_ENUM(digitnet_status)
USE_ENUM(digitnet_activation)
USE_ENUM(digitnet_padding)
USE_ENUM(digitnet_optimizer)
USE_ENUM(digitnet_loss)
USE_ENUM(digitnet_event_kind)
USE_ENUM(digitnet_metric)
USE_ENUM(digitnet_end)
