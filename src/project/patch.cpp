#include "project/patch.h"

#include "base/text.h"
#include "project/bytes.h"

#include <algorithm>
#include <fmt/format.h>
#include <span>
#include <tuple>

namespace rustcoder::project {

namespace {

bool before(const Edit& a, const Edit& b) {
    return std::tie(a.path, a.begin, a.end) < std::tie(b.path, b.begin, b.end);
}

bool inserts(const Edit& e) {
    return e.begin == e.end;
}

std::string place(const Edit& e) {
    return fmt::format("{} bytes {}..{}", e.path, e.begin, e.end);
}

/// Both in one file and not applicable together (insertions at one point are judged elsewhere).
bool overlap(const Edit& a, const Edit& b) {
    if (inserts(a) && inserts(b))
        return false;
    if (inserts(a))
        return b.begin < a.begin && a.begin < b.end;
    if (inserts(b))
        return a.begin < b.begin && b.begin < a.end;
    return a.begin < b.end && b.begin < a.end;
}

Status check_range(const Edit& e, const std::string& content) {
    if (e.end > content.size())
        return fail(Errc::invalid_input, fmt::format("the edit lies outside the file of {} bytes", content.size()),
                    place(e));
    if (inside_character(content, e.begin) || inside_character(content, e.end))
        return fail(Errc::invalid_input, "the edit begins or ends inside a character", place(e));
    return {};
}

/// `edits` all belong to one file.
std::string rewrite(const std::string& content, std::span<const Edit> edits) {
    std::string out;
    std::size_t done = 0;
    for (const auto& e : edits) {
        out.append(content, done, e.begin - done).append(e.text);
        done = e.end;
    }
    return out.append(content, done);
}

/// Runs of edits that share a path.
template <class Visit> Status for_each_file(const std::vector<Edit>& edits, Visit visit) {
    for (std::size_t i = 0, end = 0; i < edits.size(); i = end) {
        while (end < edits.size() && edits[end].path == edits[i].path)
            ++end;
        RC_TRY(visit(std::span(edits).subspan(i, end - i)));
    }
    return {};
}

Result<Project> apply_normalised(const Project& project, const Patch& patch) {
    Project out = project;
    RC_TRY(for_each_file(patch.edits, [&](std::span<const Edit> edits) -> Status {
        const auto it = project.files().find(edits.front().path);
        if (it == project.files().end())
            return fail(Errc::not_found, "the file to edit is not in the project", edits.front().path);
        for (const auto& e : edits)
            RC_TRY(check_range(e, *it->second.bytes));
        return out.set(it->first, rewrite(*it->second.bytes, edits), it->second.executable);
    }));
    for (const auto& path : patch.removed)
        if (!out.erase(path))
            return fail(Errc::not_found, "the file to remove is not in the project", path);
    for (const auto& [path, file] : patch.added) {
        if (out.contains(path))
            return fail(Errc::invalid_input, "the file to add is there already", path);
        RC_TRY(out.set_shared(path, file));
    }
    return out;
}

/// Insertions of `edits` from `i` on that share the path and offset of edits[i].
std::span<const Edit> insertions_at(std::span<const Edit> edits, std::size_t i) {
    std::size_t end = i;
    while (end < edits.size() && inserts(edits[end]) && edits[end].path == edits[i].path &&
           edits[end].begin == edits[i].begin)
        ++end;
    return edits.subspan(i, end - i);
}

bool insertions_conflict(const std::vector<Edit>& a, const std::vector<Edit>& b) {
    for (std::size_t i = 0; i < a.size();) {
        const auto mine = insertions_at(a, i);
        if (mine.empty()) {
            ++i;
            continue;
        }
        const auto it = std::lower_bound(b.begin(), b.end(), mine.front(), before);
        if (it != b.end()) {
            const auto theirs = insertions_at(b, static_cast<std::size_t>(it - b.begin()));
            if (!theirs.empty() && theirs.front().path == mine.front().path &&
                theirs.front().begin == mine.front().begin && !std::ranges::equal(mine, theirs))
                return true;
        }
        i += mine.size();
    }
    return false;
}

bool edits_conflict(const std::vector<Edit>& a, const std::vector<Edit>& b) {
    std::size_t first = 0; // everything in b before it ends before the current edit of a begins
    for (const auto& mine : a) {
        while (first < b.size() && std::tie(b[first].path, b[first].end) < std::tie(mine.path, mine.begin))
            ++first;
        for (std::size_t j = first; j < b.size() && b[j].path == mine.path && b[j].begin <= mine.end; ++j)
            if (mine != b[j] && overlap(mine, b[j]))
                return true;
    }
    return insertions_conflict(a, b);
}

bool contains(const std::vector<std::string>& sorted, const std::string& path) {
    return std::binary_search(sorted.begin(), sorted.end(), path);
}

/// What a does to whole files against everything b does.
bool files_conflict(const Patch& a, const Patch& b) {
    for (const auto& [path, file] : a.added) {
        const auto theirs = b.added.find(path);
        if (theirs != b.added.end() ? theirs->second != file : contains(b.removed, path))
            return true; // other content, or one replaces the file and the other only removes it
        if (theirs != b.added.end() && contains(a.removed, path) != contains(b.removed, path))
            return true;
        // A file of ours below a file of theirs, or the other way round (the symmetric call).
        for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
            if (b.added.contains(path.substr(0, slash)))
                return true;
    }
    for (const auto& e : b.edits)
        if (a.added.contains(e.path) || contains(a.removed, e.path))
            return true;
    return false;
}

} // namespace

Status Patch::normalise() {
    std::erase_if(edits, [](const Edit& e) { return inserts(e) && e.text.empty(); });
    std::stable_sort(edits.begin(), edits.end(), before);
    std::vector<Edit> kept;
    kept.reserve(edits.size());
    std::size_t group = 0; // kept[group..] share path, begin and end with the edit at hand
    for (auto& e : edits) {
        if (e.begin > e.end)
            return fail(Errc::invalid_input, "the edit ends before it begins", place(e));
        if (group < kept.size() && before(kept[group], e))
            group = kept.size();
        if (std::find(kept.begin() + static_cast<std::ptrdiff_t>(group), kept.end(), e) != kept.end())
            continue;
        // Sorted: what may overlap e is the last edit that is not an insertion, and only insertions share its offset.
        if (!kept.empty() && kept.back().path == e.path) {
            const auto& last = kept.back();
            if (last.end > e.begin || (last.begin == e.begin && !inserts(last)))
                return fail(Errc::invalid_input, "two edits overlap", place(e));
        }
        kept.push_back(e); // a copy: on failure the patch stays as it was
    }
    edits = std::move(kept);
    std::sort(removed.begin(), removed.end());
    removed.erase(std::unique(removed.begin(), removed.end()), removed.end());
    for (const auto& e : edits)
        if (added.contains(e.path) || contains(removed, e.path))
            return fail(Errc::invalid_input, "a file is edited and added or removed at once", e.path);
    for (const auto& [path, file] : added)
        if (!file.bytes)
            return fail(Errc::invalid_input, "a file without content is added", path);
    return {};
}

std::size_t Patch::size() const {
    std::size_t out = deleted_bytes();
    for (const auto& e : edits)
        out += e.text.size();
    for (const auto& [path, file] : added)
        out += file.bytes ? file.bytes->size() : 0;
    return out;
}

std::size_t Patch::deleted_bytes() const {
    std::size_t out = 0;
    for (const auto& e : edits)
        out += e.end - e.begin;
    return out;
}

std::uint64_t Patch::hash() const {
    Patch sorted = *this;
    if (!sorted.normalise())
        sorted = *this; // not applicable, but it still has an identity
    std::string key;
    const auto put = [&](std::string_view s) { key.append(fmt::format("{}:", s.size())).append(s); };
    for (const auto& e : sorted.edits) {
        key += fmt::format("e{},{},", e.begin, e.end);
        put(e.path);
        put(e.text);
    }
    for (const auto& [path, file] : sorted.added) {
        key += file.executable ? 'x' : 'a';
        put(path);
        put(file.bytes ? *file.bytes : "");
    }
    for (const auto& path : sorted.removed) {
        key += 'r';
        put(path);
    }
    return base::hash64(key);
}

Result<Project> apply(const Project& project, const Patch& patch) {
    Patch sorted = patch;
    RC_TRY(sorted.normalise());
    return apply_normalised(project, sorted);
}

bool conflict(const Patch& a, const Patch& b) {
    Patch x = a, y = b;
    if (!x.normalise() || !y.normalise())
        return true; // one of them cannot be applied at all
    return edits_conflict(x.edits, y.edits) || files_conflict(x, y) || files_conflict(y, x);
}

std::optional<Patch> merge(const Patch& a, const Patch& b) {
    if (conflict(a, b))
        return std::nullopt;
    Patch out = a;
    out.edits.insert(out.edits.end(), b.edits.begin(), b.edits.end());
    out.added.insert(b.added.begin(), b.added.end());
    out.removed.insert(out.removed.end(), b.removed.begin(), b.removed.end());
    if (!out.normalise())
        return std::nullopt;
    return out;
}

Result<Patch> invert(const Project& project, const Patch& patch) {
    Patch sorted = patch;
    RC_TRY(sorted.normalise());
    RC_TRY_ASSIGN(const Project result, apply_normalised(project, sorted));
    Patch out;
    const auto restore_whole = [&](const std::string& path) {
        if (result.contains(path))
            out.removed.push_back(path);
        if (const auto it = project.files().find(path); it != project.files().end())
            out.added[path] = it->second;
    };
    for (const auto& path : sorted.removed)
        restore_whole(path);
    for (const auto& [path, file] : sorted.added)
        restore_whole(path);
    RC_TRY(for_each_file(sorted.edits, [&](std::span<const Edit> edits) -> Status {
        const std::string &old = *project.find(edits.front().path), &now = *result.find(edits.front().path);
        std::vector<Edit> back;
        std::size_t at = 0, done = 0; // `at` in now corresponds to `done` in old
        for (const auto& e : edits) {
            at += e.begin - done;
            done = e.end;
            Edit undo{e.path, at, at + e.text.size(), old.substr(e.begin, e.end - e.begin)};
            at = undo.end;
            // Neighbours become one edit: two equal insertions at one offset would count as one.
            if (!back.empty() && back.back().end == undo.begin) {
                back.back().end = undo.end;
                back.back().text += undo.text;
            } else {
                back.push_back(std::move(undo));
            }
        }
        const bool splits = std::ranges::any_of(
            back, [&](const Edit& e) { return inside_character(now, e.begin) || inside_character(now, e.end); });
        if (splits) // only with bytes that are not UTF-8
            restore_whole(edits.front().path);
        else
            out.edits.insert(out.edits.end(), back.begin(), back.end());
        return {};
    }));
    RC_TRY(out.normalise());
    return out;
}

} // namespace rustcoder::project
