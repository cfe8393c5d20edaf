// One reader a format: text in, entries out through `emit`. Readers touch no file and keep nothing, so they can be
// fuzzed; file names are only used to make titles. Errors: invalid_input with the place, and whatever `emit` returns.
#pragma once

#include "base/json.h"
#include "knowledge/import_sink.h"

namespace rustcoder::knowledge {

/// The contract's project_examples {query, example, project_files} and error_examples {error, solution, context,
/// example}, our own {kind, title, text, payload, codes}, and payloads of other people's collections ({source}, {text},
/// {content}, {page_content}). nullopt: nothing in it to know.
std::optional<Entry> entry_of(const base::json::object& object);

/// One object, an array of them, wrappers of an array ({"items": [...]}, answers of Qdrant's scroll and search API), or
/// one value a line. Points {id, payload} give their payload. `odd` is told the lines that are no JSON.
Status read_json(std::string_view text, const Emit& emit, const std::function<void(std::size_t line)>& odd = {});
/// "Q1: question\nA1: answer", the answer's code in a fence or not.
Status read_qna(std::string_view text, const Emit& emit);
/// RFC 4180: the first column is the text, the second what is searched for it.
Status read_csv(std::string_view text, const Emit& emit);
/// Paragraphs between blank lines.
Status read_text(std::string_view text, const Emit& emit);
/// Sections by heading; one lesson when the front matter names error codes and there are broken and fixed blocks.
Status read_markdown(std::string_view text, std::string_view name, const Emit& emit);
/// A page of rust-docs, or any HTML.
struct HtmlPlace {
    std::string path;                                     // below the docs' root: "book/ch04-01.html"
    std::string source;                                   // provenance without the anchor
    std::string book;                                     // what titles begin with; "" = as the page says
    std::vector<std::string> parents;                     // titles of the chapters above it
    std::function<bool(std::string_view item)> leave_out; // of a rustdoc page: items that are told elsewhere
};
Status read_html_page(std::string_view html, const HtmlPlace& place, const Emit& emit);

/// Fields of an error lesson's payload: docs/importing.md.
std::string lesson_payload(std::string_view broken, std::string_view fixed);
/// Error codes and lint names ("E0382", "clippy::needless_return") that a text names, in order, once each.
std::vector<std::string> codes_in(std::string_view text);

} // namespace rustcoder::knowledge
