/* Which sanitizer a test runs with: GCC defines a macro for each, Clang has features. */
#ifndef DIGITNET_TESTS_SANITIZER_H
#define DIGITNET_TESTS_SANITIZER_H

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define DNN_ADDRESS_SANITIZER 1
#else
#define DNN_ADDRESS_SANITIZER 0
#endif

#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
#define DNN_THREAD_SANITIZER 1
#else
#define DNN_THREAD_SANITIZER 0
#endif

#endif
