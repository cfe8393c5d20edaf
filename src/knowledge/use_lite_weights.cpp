#include "knowledge/use_lite_weights.h"

#include "base/json.h"
#include "base/os.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rustcoder::knowledge {
namespace {

constexpr std::size_t max_bytes = std::size_t{1} << 30;

struct Shard {
    base::Fd fd;
    std::size_t bytes = 0;
};

Error damaged(const std::filesystem::path& place, std::string what) {
    return Error{Errc::invalid_input, std::move(what), place.string(), "Install the embedding model again"};
}

Result<Shard> open_shard(const std::filesystem::path& file) {
    Shard shard{base::Fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC)), 0};
    struct stat info{};
    if (!shard.fd || ::fstat(shard.fd.get(), &info) != 0 || !S_ISREG(info.st_mode))
        return fail(Errc::not_found, fmt::format("cannot open a part of the embedding model: {}", std::strerror(errno)),
                    file.string(), "Install the embedding model again");
    shard.bytes = static_cast<std::size_t>(info.st_size);
    return shard;
}

/// All shards in one piece of address space. Parts whose place is a whole page are mapped, the others read.
Result<std::shared_ptr<std::byte>> join(const std::vector<Shard>& shards, std::size_t all,
                                        const std::filesystem::path& place) {
    void* base = ::mmap(nullptr, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED)
        return fail(Errc::io, fmt::format("no memory for the embedding model: {}", std::strerror(errno)));
    std::shared_ptr<std::byte> memory(static_cast<std::byte*>(base), [all](std::byte* p) { ::munmap(p, all); });
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    std::size_t at = 0;
    for (const Shard& shard : shards) {
        std::byte* to = memory.get() + at;
        if (shard.bytes == 0)
            continue;
        if (at % page == 0) {
            if (::mmap(to, shard.bytes, PROT_READ, MAP_PRIVATE | MAP_FIXED, shard.fd.get(), 0) == MAP_FAILED)
                return fail(Errc::io, fmt::format("cannot map the embedding model: {}", std::strerror(errno)));
        } else {
            for (std::size_t done = 0; done < shard.bytes;) {
                const auto n = ::pread(shard.fd.get(), to + done, shard.bytes - done, static_cast<off_t>(done));
                if (n <= 0)
                    return std::unexpected(damaged(place, "a part of the embedding model cannot be read"));
                done += static_cast<std::size_t>(n);
            }
        }
        at += shard.bytes;
    }
    return memory;
}

/// Only a plain file name: a model folder never reaches outside itself.
bool plain_name(std::string_view name) {
    return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos;
}

} // namespace

Result<UseLiteWeights> UseLiteWeights::open(const std::filesystem::path& folder) {
    const auto file = folder / "model.json";
    RC_TRY_ASSIGN(const auto text, base::read_file(file));
    auto parsed = base::parse_json(text);
    const auto* root = parsed ? parsed->if_object() : nullptr;
    const auto* manifest = root ? base::get_array(*root, "weightsManifest") : nullptr;
    const auto* group = manifest && manifest->size() == 1 ? (*manifest)[0].if_object() : nullptr;
    const auto* paths = group ? base::get_array(*group, "paths") : nullptr;
    const auto* weights = group ? base::get_array(*group, "weights") : nullptr;
    if (!paths || !weights)
        return std::unexpected(damaged(file, "this is no TensorFlow.js model with one group of weights"));
    std::vector<Shard> shards;
    std::size_t all = 0;
    for (const auto& path : *paths) {
        if (!path.is_string() || !plain_name(path.get_string()))
            return std::unexpected(damaged(file, "the model names a part outside its folder"));
        RC_TRY_ASSIGN(auto shard, open_shard(folder / std::string_view(path.get_string())));
        all += shard.bytes;
        shards.push_back(std::move(shard));
    }
    if (all == 0 || all > max_bytes)
        return std::unexpected(damaged(file, "the parts of the model are empty or too big"));
    RC_TRY_ASSIGN(const auto memory, join(shards, all, file));

    UseLiteWeights out;
    out.place_ = file.string();
    std::size_t at = 0;
    for (const auto& item : *weights) {
        const auto* tensor = item.if_object();
        const auto* shape = tensor ? base::get_array(*tensor, "shape") : nullptr;
        if (!shape || base::get_object(*tensor, "quantization"))
            return std::unexpected(damaged(file, "a tensor has no shape or is quantised"));
        Tensor t;
        std::size_t count = 1;
        for (const auto& side : *shape) {
            const auto n = side.is_int64() ? side.get_int64() : -1;
            if (n < 0 || static_cast<std::size_t>(n) > max_bytes)
                return std::unexpected(damaged(file, "a tensor has an impossible shape"));
            if (n != 1)
                t.shape.push_back(static_cast<std::size_t>(n));
            count = std::min(max_bytes, count) * static_cast<std::size_t>(n);
        }
        if (count > (all - at) / sizeof(float))
            return std::unexpected(damaged(file, "the parts of the model are shorter than its tensors"));
        t.values = {reinterpret_cast<const float*>(memory.get() + at), count};
        at += count * sizeof(float); // all types of this format have four bytes, except those refused below
        if (const auto type = base::get_string(*tensor, "dtype"); type == "float32")
            out.tensors_.emplace(base::get_string(*tensor, "name"), std::move(t));
        else if (type != "int32")
            return std::unexpected(damaged(file, fmt::format("tensors of type '{}' are not known", type)));
    }
    if (at != all)
        return std::unexpected(damaged(file, "the parts of the model are longer than its tensors"));
    out.memory_ = memory;
    return out;
}

Result<Tensor> UseLiteWeights::find_any(std::string_view ending) const {
    const Tensor* found = nullptr;
    for (const auto& [name, tensor] : tensors_) {
        if (!std::string_view(name).ends_with(ending))
            continue;
        if (found)
            return std::unexpected(damaged(place_, fmt::format("two tensors end in '{}'", ending)));
        found = &tensor;
    }
    if (!found)
        return std::unexpected(damaged(place_, fmt::format("no tensor ends in '{}'", ending)));
    for (const float v : found->values)
        if (!std::isfinite(v))
            return std::unexpected(damaged(place_, fmt::format("tensor '{}' has values that are no numbers", ending)));
    return *found;
}

Result<Tensor> UseLiteWeights::find(std::string_view ending, std::initializer_list<std::size_t> shape) const {
    RC_TRY_ASSIGN(auto tensor, find_any(ending));
    if (!std::ranges::equal(tensor.shape, shape))
        return std::unexpected(damaged(place_, fmt::format("tensor '{}' has another shape than expected", ending)));
    return tensor;
}

Result<Tensor> UseLiteWeights::find_rows(std::string_view ending, std::size_t width) const {
    RC_TRY_ASSIGN(auto tensor, find_any(ending));
    if (tensor.shape.size() != 2 || tensor.shape[1] != width)
        return std::unexpected(damaged(place_, fmt::format("tensor '{}' has another shape than expected", ending)));
    return tensor;
}

} // namespace rustcoder::knowledge
