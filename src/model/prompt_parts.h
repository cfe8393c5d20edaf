// A prompt made of parts of which the least needed are left out where they do not fit. Private to model/. Values.
#pragma once

#include "model/prompt.h"

namespace rustcoder::model {

/// One part of a prompt that is there or is left out; a lower rank is needed more.
struct Piece {
    std::size_t section = 0;
    int rank = 0;
    std::string text;
    std::string what; // for left_out
    std::string file; // whose source it shows
    bool needed = false;
};

struct Frame {
    std::string system;
    std::string reminder;                     // the last words
    std::span<const std::string_view> titles; // of the sections
    int answer_tokens = 0;                    // kept free for the answer
    std::string too_long;                     // the error's words when a needed piece does not fit
};

/// Errors: limit.
Result<Prompt> fit(std::vector<Piece> pieces, const Frame& frame, const Profile& profile);

/// Whole lines of at most so many bytes, with a word when something was cut.
std::string cut_text(std::string_view text, std::size_t bytes);
/// In the profile's fence, made longer where the text holds it.
std::string fenced(std::string_view fence, std::string_view language, std::string_view text);
/// A diagnostic as rustc prints it, fenced; at most so much of it as helps.
std::string diagnostic_text(const toolchain::Diagnostic& error, std::string_view fence);

} // namespace rustcoder::model
