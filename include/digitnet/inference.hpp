/** @file inference.hpp  Sessions, as inference.h has them. */
#ifndef DIGITNET_INFERENCE_HPP
#define DIGITNET_INFERENCE_HPP

#include <cstdint>

#include "digitnet/inference.h"
#include "digitnet/model.hpp"
#include "digitnet/options.hpp"
#include "digitnet/owner.hpp"
#include "digitnet/span.hpp"
#include "digitnet/status.hpp"

namespace digitnet {

/** Options of a session. */
using session_options = sized<digitnet_session_options>;

/** A model's weights as they were when the session was made, for one thread at a time. */
class session : public detail::owner<digitnet_session, digitnet_session_free> {
  public:
    using owner::owner;

    /** Takes the weights of `source`, which may be trained, or be gone, afterwards. */
    explicit session(const model &source, const session_options &options = {}) : session(create(source, options)) {
    }
    /** A session that shares the weights: one for each thread. */
    [[nodiscard]] session clone() const {
        digitnet_session *handle = nullptr;
        check(digitnet_session_clone(&handle, get()));
        return session(handle);
    }
    /** Scores of one or more images, into the caller's memory. Allocates nothing. */
    void run(span<float> scores, span<const float> images) {
        check(digitnet_session_run(scores.data(), scores.size(), get(), images.data(), images.size()));
    }
    /** run() of bytes. */
    void run(span<float> scores, span<const std::uint8_t> images) {
        check(digitnet_session_run_u8(scores.data(), scores.size(), get(), images.data(), images.size()));
    }

  private:
    static digitnet_session *create(const model &source, const session_options &options) {
        digitnet_session *handle = nullptr;
        check(digitnet_session_create(&handle, source.get(), &options));
        return handle;
    }
};

} // namespace digitnet

#endif
