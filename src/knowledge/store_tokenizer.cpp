#include "knowledge/store_tokenizer.h"

#include "knowledge/words_cut.h"

#include <sqlite3.h>

namespace rustcoder::knowledge {

namespace {

using OnToken = int (*)(void*, int flags, const char* token, int size, int begin, int end);

int create(void*, const char**, int, Fts5Tokenizer** out) {
    static int stateless = 0; // SQLite wants an address
    *out = reinterpret_cast<Fts5Tokenizer*>(&stateless);
    return SQLITE_OK;
}

void destroy(Fts5Tokenizer*) {}

int give_query_words(std::string_view text, void* context, OnToken on_token) {
    std::size_t at = 0;
    while ((at = text.find_first_not_of(' ', at)) != std::string_view::npos) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        if (const int code = on_token(context, 0, text.data() + at, static_cast<int>(end - at), static_cast<int>(at),
                                      static_cast<int>(end)))
            return code;
        at = end;
    }
    return SQLITE_OK;
}

int tokenize(Fts5Tokenizer*, void* context, int flags, const char* data, int size, OnToken on_token) {
    const std::string_view text(data ? data : "", data ? static_cast<std::size_t>(size) : 0);
    int code = SQLITE_OK;
    try {
        if (flags & FTS5_TOKENIZE_QUERY)
            return give_query_words(text, context, on_token);
        cut_words(text, [&](const Word& word) {
            code =
                on_token(context, word.part ? FTS5_TOKEN_COLOCATED : 0, word.text.data(),
                         static_cast<int>(word.text.size()), static_cast<int>(word.begin), static_cast<int>(word.end));
            return code == SQLITE_OK;
        });
    } catch (const std::exception&) { // out of memory; C cannot be unwound through
        return SQLITE_NOMEM;
    }
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

} // namespace

Status add_tokenizer(Database& db) {
    fts5_api* api = nullptr;
    sqlite3_stmt* statement = nullptr;
    int code = sqlite3_prepare_v2(db.handle(), "SELECT fts5(?1)", -1, &statement, nullptr);
    if (code == SQLITE_OK) {
        sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", nullptr);
        sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    if (!api)
        return fail(Errc::unavailable, "this SQLite has no full text search (FTS5)", {}, "Use a SQLite built with it.");
    fts5_tokenizer tokenizer{create, destroy, tokenize};
    code = api->xCreateTokenizer(api, "rust", nullptr, &tokenizer, nullptr);
    if (code != SQLITE_OK)
        return sqlite_error(db.handle(), code);
    return {};
}

} // namespace rustcoder::knowledge
