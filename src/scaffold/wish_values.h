// Values in the words of a wish: which number, text or choice is meant for which slot. Pure.
#pragma once

#include "scaffold/request.h"
#include "scaffold/terms.h"

namespace rustcoder::scaffold {

/// What a wish sets.
struct SlotChoice {
    const Slot* slot = nullptr;
    std::string said;               // as it stands in the wish
    std::size_t begin = 0, end = 0; // bytes of it in the wish
};

/// At most one value a slot, and a value for one slot only: that whose cue stands nearest. Values are not checked.
std::vector<SlotChoice> slot_choices(const Template& from, const Wish& wish);

} // namespace rustcoder::scaffold
