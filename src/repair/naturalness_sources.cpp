// What a machine with Rust on it has to learn from, in this order: rust-src when it is installed, the rendered sources
// and listings of the installed rust-docs, crates in local registries. Also the listings in doc comments of all these.
#include "base/os.h"
#include "base/text.h"
#include "repair/naturalness.h"
#include "repair/naturalness_model.h"

#include <algorithm>

namespace rustcoder::repair {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest_file = 3u << 20;      // of a page
constexpr std::size_t largest_crate_file = 300'000; // above that it is generated: tables, bindings
constexpr int listing_weight = 3;                   // written to be read, like the programs that come in

std::vector<fs::path> files_below(const fs::path& root, std::string_view ending) {
    std::vector<fs::path> out;
    std::error_code ec;
    for (fs::recursive_directory_iterator it(root, fs::directory_options::skip_permission_denied, ec), end;
         !ec && it != end; it.increment(ec)) {
        std::string name = it->path().filename().string();
        std::error_code ignored;
        // Translations and older editions hold the same listings; stdarch is generated.
        if (it->is_directory(ignored) &&
            (name == "stdarch" || name == "core_arch" || name == "target" || name == "es" || name == "ja" ||
             name == "ko" || name == "zh" || name.ends_with("-edition") || name == "tests"))
            it.disable_recursion_pending();
        else if (name.ends_with(ending) && name != "print.html" && it->is_regular_file(ignored))
            out.push_back(it->path());
    }
    std::sort(out.begin(), out.end()); // the same machine gives the same model
    return out;
}

void append_entity(std::string_view entity, std::string& out) {
    if (entity == "lt")
        out += '<';
    else if (entity == "gt")
        out += '>';
    else if (entity == "amp")
        out += '&';
    else if (entity == "quot")
        out += '"';
    else if (entity == "#39" || entity == "#x27" || entity == "apos")
        out += '\'';
    else if (entity == "nbsp")
        out += ' ';
    else
        out += '_'; // nothing else stands in code outside literals
}

// The text of an HTML fragment; elements marked data-nosnippet (line numbers) go with what they hold.
std::string plain(std::string_view html) {
    std::string out;
    out.reserve(html.size() / 2);
    for (std::size_t i = 0; i < html.size();) {
        if (html[i] == '<') {
            std::size_t close = html.find('>', i);
            if (close == std::string_view::npos)
                break;
            std::string_view tag = html.substr(i, close - i);
            i = close + 1;
            if (tag.find("data-nosnippet") != std::string_view::npos) {
                std::size_t end = html.find("</", i);
                i = end == std::string_view::npos ? html.size() : end;
            }
        } else if (html[i] == '&') {
            std::size_t end = html.find(';', i);
            if (end == std::string_view::npos || end - i > 8) {
                out += html[i++];
                continue;
            }
            append_entity(html.substr(i + 1, end - i - 1), out);
            i = end + 1;
        } else {
            std::size_t end = html.find_first_of("<&", i);
            end = end == std::string_view::npos ? html.size() : end;
            out.append(html.substr(i, end - i));
            i = end;
        }
    }
    return out;
}

bool is_rust_listing(std::string_view mark) {
    for (std::string_view bad : {"compile_fail", "does_not_compile", "text", "console", "ignore", "toml"})
        if (mark.find(bad) != std::string_view::npos)
            return false;
    return true;
}

// Code elements of a page whose <pre>/<code> tags say that they are Rust that compiles.
template <class Visit> void visit_listings(std::string_view html, Visit&& visit) {
    for (std::size_t at = html.find("<pre"); at != std::string_view::npos; at = html.find("<pre", at)) {
        std::size_t code = html.find("<code", at), open = code == std::string_view::npos ? code : html.find('>', code);
        std::size_t close = open == std::string_view::npos ? open : html.find("</code>", open);
        if (close == std::string_view::npos)
            return;
        std::string_view marks = html.substr(at, open - at);
        bool rust = marks.find("class=\"rust") != std::string_view::npos ||
                    marks.find("language-rust") != std::string_view::npos;
        if (rust && is_rust_listing(marks))
            visit(plain(html.substr(open + 1, close - open - 1)));
        at = close;
    }
}

// Fenced blocks of doc comments; lines that start with `#` and a space are part of the program too.
template <class Visit> void visit_doc_listings(const syntax::Source& source, Visit&& visit) {
    std::string listing;
    bool inside = false, rust = false;
    for (const auto& token : source.tokens()) {
        if (token.kind != syntax::Kind::doc)
            continue;
        std::string_view text = source.text(token);
        if (!text.starts_with("///") && !text.starts_with("//!"))
            continue;
        text.remove_prefix(3);
        std::string_view line = base::trim(text);
        if (line.starts_with("```")) {
            if (inside && rust && !listing.empty())
                visit(listing);
            listing.clear();
            inside = !inside;
            std::string_view mark = line.substr(3);
            rust = is_rust_listing(mark) && (mark.empty() || mark.find("rust") != std::string_view::npos ||
                                             mark.find("should_panic") != std::string_view::npos ||
                                             mark.find("no_run") != std::string_view::npos);
        } else if (inside) {
            if (line.starts_with("# ") || line == "#")
                line.remove_prefix(std::min<std::size_t>(2, line.size()));
            listing.append(line).push_back('\n');
        }
    }
}

class Reader {
public:
    Reader(const TrainingOptions& options, std::stop_token stop)
        : options_(options), stop_(std::move(stop)), start_(std::chrono::steady_clock::now()) {}

    void docs(const fs::path& html) {
        if (std::error_code ec; !fs::is_directory(html, ec))
            return;
        std::size_t used = 0;
        for (const char* book : {"rust-by-example", "book", "reference", "nomicon", "edition-guide", "std/collections"})
            for (const auto& page : files_below(html / book, ".html")) {
                if (used >= options_.listing_bytes || late())
                    return;
                if (auto text = base::read_file(page, largest_file))
                    visit_listings(*text, [&](const std::string& code) { used += code.size(), listing(code); });
            }
    }
    void rendered_sources(const fs::path& html) {
        for (const char* crate : {"alloc", "std", "core"})
            for (const auto& page : files_below(html / "src" / crate, ".rs.html")) {
                if (std_bytes_ >= options_.std_bytes || late())
                    return;
                if (auto text = base::read_file(page, largest_file))
                    visit_listings(*text, [&](const std::string& code) { file(code, std_bytes_, report.std_files); });
            }
    }
    void rust_src(const fs::path& library) {
        for (const char* crate : {"alloc/src", "std/src", "core/src"})
            for (const auto& path : files_below(library / crate, ".rs")) {
                if (std_bytes_ >= options_.std_bytes || late())
                    return;
                if (auto text = base::read_file(path, largest_file))
                    file(*text, std_bytes_, report.std_files);
            }
    }
    void crates(const fs::path& registry) {
        for (const auto& path : files_below(registry, ".rs")) {
            if (crate_bytes_ >= options_.crate_bytes || late())
                return;
            if (auto text = base::read_file(path, largest_crate_file))
                file(*text, crate_bytes_, report.crate_files);
        }
    }
    bool late() const {
        return stop_.stop_requested() || std::chrono::steady_clock::now() - start_ > options_.deadline;
    }

    ngram::Trainer trainer;
    TrainingReport report;

private:
    void listing(const std::string& code) {
        if (trainer.add(syntax::Source(code), listing_weight))
            ++report.listings;
    }
    void file(const std::string& code, std::size_t& used, std::size_t& files) {
        syntax::Source source(code);
        used += code.size();
        if (trainer.add(source))
            ++files;
        visit_doc_listings(source, [&](const std::string& text) { listing(text); });
    }

    const TrainingOptions& options_;
    std::stop_token stop_;
    std::chrono::steady_clock::time_point start_;
    std::size_t std_bytes_ = 0, crate_bytes_ = 0;
};

std::vector<fs::path> default_registries() {
    std::vector<fs::path> out{"/usr/share/cargo/registry"};
    if (const char* home = std::getenv("CARGO_HOME"); home && *home == '/')
        out.push_back(fs::path(home) / "registry/src");
    else if (const char* user = std::getenv("HOME"); user && *user == '/')
        out.push_back(fs::path(user) / ".cargo/registry/src");
    return out;
}

Result<TrainingReport> train(const toolchain::Toolchain& toolchain, const fs::path& target,
                             const TrainingOptions& options, std::stop_token stop) {
    const auto start = std::chrono::steady_clock::now();
    Reader reader(options, stop);
    const fs::path html = toolchain.sysroot / "share/doc/rust/html";
    const fs::path library = toolchain.sysroot / "lib/rustlib/src/rust/library";
    reader.docs(html);
    std::error_code ec;
    if (fs::is_directory(library, ec))
        reader.rust_src(library);
    else
        reader.rendered_sources(html);
    for (const auto& registry : options.registries.empty() ? default_registries() : options.registries)
        reader.crates(registry);
    if (stop.stop_requested())
        return fail(Errc::cancelled, "training was stopped");
    TrainingReport report = reader.report;
    report.tokens = reader.trainer.tokens();
    if (report.tokens < 10'000)
        return fail(Errc::not_found, "there is too little Rust on this machine to learn from",
                    toolchain.sysroot.string(),
                    "rustup component add rust-docs (or rust-src), or install librust-*-dev packages");
    ngram::Model model = std::move(reader.trainer).build();
    report.words = model.words();
    report.ngrams = model.ngrams();
    std::string bytes = model.to_bytes(toolchain.identity());
    report.file_bytes = bytes.size();
    RC_TRY(base::write_file_atomic(target, bytes));
    report.wall = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    return report;
}

} // namespace

Result<TrainingReport> train_naturalness(const toolchain::Toolchain& toolchain, const fs::path& file,
                                         const TrainingOptions& options, std::stop_token stop) {
    try {
        return train(toolchain, file, options, std::move(stop));
    } catch (const std::exception& e) { // out of memory, a file system that changes below us
        return fail(Errc::io, std::string("training failed: ") + e.what(), file.string());
    }
}

} // namespace rustcoder::repair
