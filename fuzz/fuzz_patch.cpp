// links: project
// The input is cut into two file contents and two lists of edits; the algebra of patches must hold for all of them.
#include "project/patch.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

using namespace rustcoder::project;

void require(bool condition, const char* what) {
    if (condition)
        return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
    std::size_t number() { return at_ < size_ ? data_[at_++] : 0; }
    std::string bytes(std::size_t n) {
        n = std::min(n, size_ - at_);
        at_ += n;
        return {reinterpret_cast<const char*>(data_ + at_ - n), n};
    }
    Patch patch(std::size_t content) {
        Patch out;
        for (auto n = number() % 6; n > 0; --n) {
            const auto begin = number() % (content + 2); // now and then outside
            const auto end = begin + number() % 8;
            out.edits.push_back({number() % 16 == 0 ? "none" : "f", begin, end, bytes(number() % 8)});
        }
        switch (number() % 12) {
        case 0:
            out.removed = {"f"};
            break;
        case 1:
            out.added["f"] = {std::make_shared<const std::string>(bytes(4)), false};
            break;
        case 2:
            out.added["g/h"] = {std::make_shared<const std::string>(bytes(4)), true};
            break;
        case 3:
            out.removed = {"g"};
            break;
        default:
            break;
        }
        return out;
    }

private:
    const std::uint8_t* data_;
    std::size_t size_, at_ = 0;
};

void check_diff(const Project& a, const Project& b) {
    const auto result = apply(a, diff(a, b));
    require(result && *result == b, "apply(a, diff(a, b)) == b");
    require(unified_diff(a, b).empty() == (a == b), "a unified diff is empty only for equal projects");
}

void check_patch(const Project& project, const Patch& patch) {
    const auto after = apply(project, patch);
    if (!after)
        return;
    require(!conflict(patch, patch), "an applicable patch agrees with itself");
    const auto back = invert(project, patch);
    require(back.has_value(), "an applicable patch can be inverted");
    const auto restored = apply(*after, *back);
    require(restored && *restored == project, "the inverse restores the project");
}

void check_pair(const Project& project, const Patch& p, const Patch& q) {
    require(conflict(p, q) == conflict(q, p), "conflict is symmetric");
    const auto one = merge(p, q), two = merge(q, p);
    require(one.has_value() == !conflict(p, q) && two.has_value() == one.has_value(), "merge and conflict agree");
    if (!one || !apply(project, p) || !apply(project, q))
        return;
    const auto a = apply(project, *one), b = apply(project, *two);
    require(a.has_value() && b.has_value(), "what applies alone and does not conflict applies together");
    require(*a == *b, "merge commutes");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    Project project, other;
    const auto content = input.bytes(input.number());
    require(project.set("f", content) && project.set("g", "second") && other.set("f", input.bytes(input.number())),
            "files can be set");
    check_diff(project, other);
    check_diff(other, project);
    const auto p = input.patch(content.size()), q = input.patch(content.size());
    check_patch(project, p);
    check_patch(project, q);
    check_pair(project, p, q);
    return 0;
}
