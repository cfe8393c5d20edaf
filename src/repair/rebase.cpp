#include "repair/rebase.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using project::Edit;

// Offset in the current state -> offset in the original; nullopt inside text that an earlier step wrote.
std::optional<std::size_t> map_back(const std::vector<Edit>& earlier, std::string_view path, std::size_t offset) {
    std::ptrdiff_t shift = 0;
    for (const Edit& e : earlier) {
        if (e.path != path)
            continue;
        std::ptrdiff_t begin = static_cast<std::ptrdiff_t>(e.begin) + shift;
        std::ptrdiff_t end = begin + static_cast<std::ptrdiff_t>(e.text.size());
        if (static_cast<std::ptrdiff_t>(offset) <= begin)
            break;
        if (static_cast<std::ptrdiff_t>(offset) < end)
            return std::nullopt;
        shift += static_cast<std::ptrdiff_t>(e.text.size()) - static_cast<std::ptrdiff_t>(e.end - e.begin);
    }
    return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(offset) - shift);
}

} // namespace

std::optional<project::Project> combine(const project::Project& original, const std::vector<project::Patch>& patches,
                                        std::size_t skip) {
    project::Patch total;
    for (std::size_t i = 0; i < patches.size(); ++i) {
        if (i == skip)
            continue;
        auto merged = project::merge(total, patches[i]);
        if (!merged)
            return std::nullopt;
        total = std::move(*merged);
    }
    auto applied = project::apply(original, total);
    return applied ? std::optional(std::move(*applied)) : std::nullopt;
}

std::optional<std::vector<project::Patch>> rebase(const project::Project& original, const project::Project& result,
                                                  const std::vector<AppliedEdit>& steps) {
    std::vector<project::Patch> out;
    std::vector<Edit> done, pending; // in coordinates of the original
    int state = steps.empty() ? 0 : steps.front().state;
    for (const AppliedEdit& step : steps) {
        if (step.state != state) {
            done.insert(done.end(), pending.begin(), pending.end());
            std::sort(done.begin(), done.end());
            pending.clear();
            state = step.state;
        }
        project::Patch patch;
        patch.added = step.candidate.patch.added;
        patch.removed = step.candidate.patch.removed;
        for (Edit e : step.candidate.patch.edits) {
            auto begin = map_back(done, e.path, e.begin);
            auto end = e.end == e.begin ? begin : map_back(done, e.path, e.end);
            if (!begin || !end || *end < *begin)
                return std::nullopt;
            e.begin = *begin, e.end = *end;
            patch.edits.push_back(e);
            pending.push_back(std::move(e));
        }
        if (!patch.normalise())
            return std::nullopt;
        out.push_back(std::move(patch));
    }
    auto all = combine(original, out, out.size());
    if (!all || *all != result)
        return std::nullopt;
    return out;
}

} // namespace rustcoder::repair
