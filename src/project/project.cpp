#include "project/project.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::project {

namespace {

constexpr std::size_t component_bytes = 255; // NAME_MAX of every file system we know

/// A path as it may be shown in a message: bounded, no control characters.
std::string shown(std::string_view raw) {
    std::string out;
    for (const char c : raw.substr(0, 200))
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    return raw.size() > 200 ? out + "..." : out;
}

Status check_component(std::string_view component, std::string_view raw) {
    if (component == "..")
        return fail(Errc::denied, "a path must not hold \"..\"", shown(raw),
                    "Give the path relative to the project's folder.");
    if (component.size() > component_bytes)
        return fail(Errc::limit, fmt::format("a part of the path is longer than {} bytes", component_bytes),
                    shown(raw));
    return {};
}

Status check_characters(std::string_view raw) {
    for (const char c : raw)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            return fail(Errc::denied, "a path must not hold control characters", shown(raw));
    if (!base::valid_utf8(raw))
        return fail(Errc::denied, "a path must be UTF-8", shown(raw));
    if (raw.front() == ' ' || raw.back() == ' ')
        return fail(Errc::invalid_input, "a path must not begin or end with a blank", shown(raw));
    return {};
}

} // namespace

Result<std::string> safe_path(std::string_view raw, const Limits& limits) {
    if (raw.empty())
        return fail(Errc::invalid_input, "the path is empty", "", "Name the file, for example src/main.rs.");
    if (raw.size() > 4 * limits.path_bytes + 16) // before any work on it; "./" and "//" may shrink it
        return fail(Errc::limit, fmt::format("the path is longer than {} bytes", limits.path_bytes), shown(raw));
    RC_TRY(check_characters(raw));
    const std::string path = base::replace_all(std::string(raw), "\\", "/");
    if (path.front() == '/')
        return fail(Errc::denied, "a path must not be absolute", shown(raw),
                    "Give the path relative to the project's folder.");
    if (path.size() >= 2 && path[1] == ':' && base::is_ident_start(path[0]) && path[0] != '_')
        return fail(Errc::denied, "a path must not begin with a drive letter", shown(raw),
                    "Give the path relative to the project's folder.");
    std::string out;
    std::size_t depth = 0;
    for (const auto component : base::split(path, '/')) {
        if (component.empty() || component == ".")
            continue;
        RC_TRY(check_component(component, raw));
        if (!out.empty())
            out += '/';
        out += component;
        ++depth;
    }
    if (out.empty() || path.back() == '/' || path.ends_with("/."))
        return fail(Errc::invalid_input, "the path names a folder, not a file", shown(raw));
    if (out.size() > limits.path_bytes)
        return fail(Errc::limit, fmt::format("the path is longer than {} bytes", limits.path_bytes), shown(raw));
    if (depth > limits.path_depth)
        return fail(Errc::limit, fmt::format("the path is deeper than {} folders", limits.path_depth), shown(raw));
    if (out.front() == ' ' || (out.size() >= 2 && out[1] == ':' && path[0] == '.')) // "./ x", "./C:x"
        return fail(Errc::denied, "a path must not begin with a blank or a drive letter", shown(raw));
    return out;
}

Status Project::set(std::string_view path, std::string bytes, bool executable, const Limits& limits) {
    return set_shared(path, File{std::make_shared<const std::string>(std::move(bytes)), executable}, limits);
}

Status Project::set_shared(std::string_view raw, File file, const Limits& limits) {
    RC_TRY_ASSIGN(const std::string path, safe_path(raw, limits));
    if (!file.bytes)
        return fail(Errc::internal, "a file without content was given", path);
    if (file.bytes->size() > limits.file_bytes)
        return fail(Errc::limit, fmt::format("the file is longer than {} bytes", limits.file_bytes), path);
    const auto old = files_.find(path);
    const std::size_t total = total_ - (old == files_.end() ? 0 : old->second.bytes->size()) + file.bytes->size();
    if (total > limits.total_bytes)
        return fail(Errc::limit, fmt::format("the project is larger than {} bytes", limits.total_bytes), path);
    if (old != files_.end()) {
        old->second = std::move(file);
        total_ = total;
        return {};
    }
    if (files_.size() >= limits.files)
        return fail(Errc::limit, fmt::format("the project has more than {} files", limits.files), path);
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
        if (files_.contains(std::string_view(path).substr(0, slash)))
            return fail(Errc::invalid_input, fmt::format("\"{}\" would be a file and a folder", path.substr(0, slash)),
                        path);
    const auto below = files_.lower_bound(path + "/");
    if (below != files_.end() && below->first.starts_with(path + "/"))
        return fail(Errc::invalid_input, fmt::format("\"{}\" would be a file and a folder", path), below->first);
    files_.emplace(path, std::move(file));
    total_ = total;
    return {};
}

bool Project::erase(std::string_view path) {
    const auto it = files_.find(path);
    if (it == files_.end())
        return false;
    total_ -= it->second.bytes->size();
    files_.erase(it);
    return true;
}

const std::string* Project::find(std::string_view path) const {
    const auto it = files_.find(path);
    return it == files_.end() ? nullptr : it->second.bytes.get();
}

std::string Project::content_hash() const {
    std::string index; // NUL cannot occur in a path, so the index is unambiguous
    for (const auto& [path, file] : files_) {
        index += path;
        index += '\0';
        index += file.executable ? 'x' : '-';
        index += base::sha256_hex(*file.bytes);
    }
    return base::sha256_hex(index);
}

} // namespace rustcoder::project
