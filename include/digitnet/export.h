/**
 * @file export.h
 * Attributes of the public functions.
 */
#ifndef DIGITNET_EXPORT_H
#define DIGITNET_EXPORT_H

#if defined(__GNUC__) || defined(__clang__)
/** Exports a function from the shared library; everything else is hidden. */
#define DIGITNET_API __attribute__((visibility("default")))
/** Ignoring the returned status of such a function is always a mistake. */
#define DIGITNET_WARN_UNUSED __attribute__((warn_unused_result))
#else
#define DIGITNET_API
#define DIGITNET_WARN_UNUSED
#endif

#ifdef __cplusplus
#define DIGITNET_BEGIN_DECLARATIONS extern "C" {
#define DIGITNET_END_DECLARATIONS }
#else
#define DIGITNET_BEGIN_DECLARATIONS
#define DIGITNET_END_DECLARATIONS
#endif

#endif
