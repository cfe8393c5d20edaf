#include "base/result.h"

namespace rustcoder::base {

const char* name(Errc code) {
    switch (code) {
    case Errc::invalid_input:
        return "invalid_input";
    case Errc::limit:
        return "limit";
    case Errc::not_found:
        return "not_found";
    case Errc::denied:
        return "denied";
    case Errc::io:
        return "io";
    case Errc::timeout:
        return "timeout";
    case Errc::cancelled:
        return "cancelled";
    case Errc::unavailable:
        return "unavailable";
    case Errc::busy:
        return "busy";
    case Errc::internal:
        return "internal";
    }
    return "internal";
}

std::string Error::text() const {
    std::string out = message;
    if (!place.empty())
        out += " (" + place + ")";
    if (!next_step.empty())
        out += ". " + next_step;
    return out;
}

} // namespace rustcoder::base
