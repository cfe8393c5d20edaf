// links: project
// Patches are an algebra: diff leads from one project to the other, invert leads back, merge equals doing both.
#include "project/patch.h"

#include <cstdint>
#include <cstdlib>
#include <fuzzer/FuzzedDataProvider.h>

namespace {

using namespace rustcoder;

void demand(bool good) {
    if (!good)
        std::abort();
}

project::Project project_from(FuzzedDataProvider& data) {
    project::Project p;
    const int files = data.ConsumeIntegralInRange(0, 3);
    for (int i = 0; i < files; ++i) {
        const char name[] = {"abc"[data.ConsumeIntegralInRange(0, 2)], '.', 'r', 's', 0};
        (void)p.set(name, data.ConsumeRandomLengthString(256), data.ConsumeBool());
    }
    return p;
}

project::Patch patch_from(FuzzedDataProvider& data, const project::Project& p) {
    project::Patch patch;
    for (const auto& [path, file] : p.files())
        for (int i = data.ConsumeIntegralInRange(0, 3); i > 0; --i) {
            const auto begin = data.ConsumeIntegralInRange<std::size_t>(0, file.bytes->size() + 1);
            const auto end = data.ConsumeIntegralInRange<std::size_t>(begin, file.bytes->size() + 1);
            patch.edits.push_back({path, begin, end, data.ConsumeRandomLengthString(16)});
        }
    if (data.ConsumeBool())
        patch.added["d.rs"] = {std::make_shared<const std::string>(data.ConsumeRandomLengthString(16)), false};
    if (data.ConsumeBool())
        patch.removed.emplace_back("a.rs");
    return patch;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    FuzzedDataProvider data(bytes, size);
    const auto from = project_from(data), to = project_from(data);
    const auto way = project::apply(from, project::diff(from, to));
    demand(way && *way == to);
    demand(project::unified_diff(from, to).empty() == (from == to));

    auto a = patch_from(data, from), b = patch_from(data, from);
    const auto done = a.normalise() ? project::apply(from, a) : fail(Errc::invalid_input, "overlap");
    if (done) {
        const auto back = project::invert(from, a);
        demand(back.has_value());
        const auto undone = project::apply(*done, *back);
        demand(undone && *undone == from);
    }
    demand(project::conflict(a, b) == project::conflict(b, a));
    if (done && b.normalise() && project::apply(from, b)) {
        const auto both = project::merge(a, b);
        demand(both.has_value() == !project::conflict(a, b));
        if (both)
            demand(project::apply(from, *both).has_value());
    }
    return 0;
}
