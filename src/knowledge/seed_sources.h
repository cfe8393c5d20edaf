// The sources of first seeding, one function each. Internal to seed*.cpp.
#pragma once

#include "knowledge/import_sink.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rustcoder::knowledge {

/// Remembers in the store what is done: nothing, everything, or all pages up to one.
class SeedState {
public:
    SeedState(Store& store, std::string key) : store_(store), key_("seed/" + std::move(key)) {}
    Result<bool> done() const;
    Result<std::string> reached() const; // last page that was written, "" = none
    Status reach(std::string_view page);
    Status finish();
    Status forget();

private:
    Store& store_;
    std::string key_;
};

/// A folder of rust-docs and what it documents.
struct RustDocs {
    std::filesystem::path html;
    std::string version; // "1.95.0 (59807616e 2026-04-14)", "" when it does not say
};
/// `wanted` when given; else the toolchain's own, another rustup toolchain's (the nearest version), Debian's.
std::optional<RustDocs> find_rust_docs(const toolchain::Toolchain& toolchain, const std::filesystem::path& wanted);

/// Books of rust-docs that are read: folder and what their titles begin with.
const std::vector<std::pair<std::string, std::string>>& seeded_books();
Status seed_book(Sink& sink, SeedState& state, const RustDocs& docs, const std::string& folder,
                 const std::string& title);
Status seed_std(Sink& sink, SeedState& state, const RustDocs& docs);
/// Chapters above a page, by its path below the book: from the table of contents in `html`.
std::map<std::string, std::vector<std::string>> chapters_above(std::string_view html);

/// One error lesson. `text` is what rustc prints, or the page of the error-code book: both give the same entry, except
/// that the page knows better which of its examples fail.
std::optional<Entry> explained_entry(std::string_view code, std::string_view text);
std::optional<Entry> explained_entry_of_page(std::string_view code, std::string_view html);
/// From the docs when they are of this very version (no process at all), else `rustc --explain` in the sandbox.
Status seed_explanations(Sink& sink, const toolchain::Toolchain& toolchain, const process::Sandbox& sandbox,
                         const std::optional<RustDocs>& docs, std::stop_token stop);

/// knowledge/lessons/*.md and knowledge/projects/*.
Status seed_shipped(Sink& sink, const std::filesystem::path& shipped);
/// Changes with the files' contents.
Result<std::string> shipped_version(const std::filesystem::path& shipped);

} // namespace rustcoder::knowledge
