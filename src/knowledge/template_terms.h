// What the parts of learning share about terms and holes. Internal to knowledge. Pure, thread-safe.
#pragma once

#include "knowledge/template.h"

namespace rustcoder::knowledge {

/// The kind of hole a token becomes; nullopt for tokens that are Rust's or the standard library's own.
std::optional<HoleType> hole_type(const Tok& token);
/// One identifier in place of another that differs by a slip, and that nobody else made public.
bool is_respelling(const Tok& from, const Tok& to);
/// First hole that the added text needs and nothing binds, -1 when there is none.
int unbound(const Template& t);
/// Holes renumbered in the order of their use, unused ones dropped: equal templates are equal values.
Template compact(Template t);

} // namespace rustcoder::knowledge
