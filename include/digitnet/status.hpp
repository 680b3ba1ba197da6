/** @file status.hpp  The exception that a failing call throws. */
#ifndef DIGITNET_STATUS_HPP
#define DIGITNET_STATUS_HPP

#if __cplusplus < 201703L
#error "digitnet.hpp needs C++17"
#endif

#include <stdexcept>
#include <string>

#include "digitnet/status.h"

namespace digitnet {

/** What a call failed with; what() is the message. Exported, so that all libraries of a program know it as one type. */
class DIGITNET_API error : public std::runtime_error {
  public:
    /** With the given status and message. */
    error(digitnet_status status, const std::string &message) : std::runtime_error(message), status_(status) {
    }
    /** Why the call failed, for a program to act on. */
    [[nodiscard]] digitnet_status status() const noexcept {
        return status_;
    }

  private:
    digitnet_status status_;
};

/** Throws error, with the message of the thread's last failure, unless `status` is DIGITNET_OK: for calls of the C API.
 */
inline void check(digitnet_status status) {
    if (status != DIGITNET_OK)
        throw error(status, digitnet_last_error());
}

} // namespace digitnet

#endif
