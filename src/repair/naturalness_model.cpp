// Symbols, queries and the file.
#include "repair/naturalness_model.h"

#include "base/text.h"

#include <algorithm>
#include <cstring>

namespace rustcoder::repair::ngram {

using syntax::Kind;

namespace {

constexpr char magic[8] = {'R', 'C', 'N', 'A', 'T', 'U', 'R', '\0'};
constexpr std::uint32_t version = 2;

struct Header {
    char magic[8];
    std::uint32_t version, words;
    std::uint64_t identity, checksum; // checksum: of all that follows the header
    std::uint32_t word_bytes, singles, parts, reserved;
    std::array<std::uint32_t, order - 1> grams, contexts;
};

// Eight bytes at a step: a few MiB must not be felt at start.
std::uint64_t checksum_of(std::string_view bytes) {
    std::uint64_t h = 0x2545f4914f6cdd1dull ^ bytes.size();
    auto mix = [&](std::uint64_t w) {
        h = (h ^ w) * 0x9e3779b97f4a7c15ull;
        h ^= h >> 29;
    };
    std::size_t i = 0;
    for (; i + 8 <= bytes.size(); i += 8) {
        std::uint64_t w = 0;
        std::memcpy(&w, bytes.data() + i, 8);
        mix(w);
    }
    std::uint64_t w = 0;
    std::memcpy(&w, bytes.data() + i, bytes.size() - i);
    mix(w);
    return h;
}

template <class T> void put(std::string& out, const std::vector<T>& v) {
    out.append(reinterpret_cast<const char*>(v.data()), v.size() * sizeof(T));
}

template <class T> bool take(std::string_view& in, std::vector<T>& v, std::size_t n) {
    if (n > in.size() / sizeof(T))
        return false;
    v.resize(n);
    if (n > 0)
        std::memcpy(v.data(), in.data(), n * sizeof(T));
    in.remove_prefix(n * sizeof(T));
    return true;
}

std::ptrdiff_t find(const std::vector<std::uint64_t>& sorted, std::uint64_t key) {
    auto it = std::lower_bound(sorted.begin(), sorted.end(), key);
    return it != sorted.end() && *it == key ? it - sorted.begin() : -1;
}

double log_of(std::uint8_t q) {
    return -q / 16.0;
}

} // namespace

Symbol class_of(const syntax::Token& token, std::string_view text, bool seen) {
    switch (token.kind) {
    case Kind::ident: {
        bool upper = false, lower = false;
        for (char c : text) {
            upper = upper || (c >= 'A' && c <= 'Z');
            lower = lower || (c >= 'a' && c <= 'z');
        }
        bool starts_upper = !text.empty() && text.front() >= 'A' && text.front() <= 'Z';
        if (starts_upper && (lower || text.size() == 1))
            return seen ? camel_seen : camel_new;
        if (upper && !lower)
            return seen ? upper_seen : upper_new;
        return seen ? snake_seen : snake_new;
    }
    case Kind::lifetime:
        return lifetime;
    case Kind::integer:
        return integer;
    case Kind::floating:
        return floating;
    case Kind::string:
        return text.find('{') == std::string_view::npos ? string : format_string;
    case Kind::character:
        return character;
    case Kind::byte:
        return byte;
    case Kind::byte_string:
    case Kind::c_string:
        return byte_string;
    default:
        return unknown;
    }
}

bool may_be_word(const syntax::Token& token, std::string_view text) {
    switch (token.kind) {
    case Kind::ident:
        return text.size() <= 40 && text.find('\n') == std::string_view::npos;
    case Kind::keyword:
    case Kind::punct:
    case Kind::open:
    case Kind::close:
        return true;
    case Kind::integer:
        return text.size() <= 2;
    case Kind::lifetime:
        return text == "'a" || text == "'static" || text == "'_";
    default:
        return false;
    }
}

std::vector<std::uint32_t> parts_of(std::string_view name) {
    std::vector<std::uint32_t> out;
    std::string part;
    auto end_part = [&] {
        if (part.size() > 2)
            out.push_back(static_cast<std::uint32_t>(base::hash64(part)));
        part.clear();
    };
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        const bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
        if (!upper && !lower) {
            end_part();
            continue;
        }
        if (upper && i > 0 && name[i - 1] >= 'a' && name[i - 1] <= 'z')
            end_part();
        part += static_cast<char>(upper ? c - 'A' + 'a' : c);
    }
    end_part();
    return out;
}

bool Model::well_spelt(std::string_view name) const {
    for (std::uint32_t part : parts_of(name))
        if (!std::binary_search(parts_.begin(), parts_.end(), part))
            return false;
    return true;
}

Symbol Model::symbol(const syntax::Token& token, std::string_view text, bool seen) const {
    if (may_be_word(token, text))
        if (auto it = words_.find(text); it != words_.end())
            return it->second;
    return class_of(token, text, seen);
}

double Model::lower(int length, std::uint64_t packed) const {
    double rest = 0;
    for (; length >= 2; --length) {
        packed &= length == order ? ~0ull : (1ull << (16 * length)) - 1;
        const Table& table = tables_[length - 2];
        if (auto at = find(table.grams, packed); at >= 0)
            return rest + log_of(table.probability[at]);
        if (auto at = find(table.contexts, packed >> 16); at >= 0)
            rest += log_of(table.backoff[at]);
    }
    std::size_t symbol = packed & 0xffff;
    return rest + (symbol < single_.size() ? log_of(single_[symbol]) : -16.0);
}

double Model::log_probability(const std::array<Symbol, order>& gram) const {
    std::uint64_t packed = 0;
    for (Symbol s : gram)
        packed = packed << 16 | s;
    return lower(order, packed);
}

std::size_t Model::ngrams() const {
    std::size_t n = single_.size();
    for (const Table& t : tables_)
        n += t.grams.size();
    return n;
}

std::string Model::to_bytes(std::uint64_t identity) const {
    std::vector<std::string_view> words(words_.size());
    for (const auto& [text, symbol] : words_)
        words[symbol - first_word] = text;
    std::string body;
    for (std::string_view w : words)
        body.append(w).push_back('\n');
    Header h{};
    std::memcpy(h.magic, magic, sizeof magic);
    h.version = version;
    h.words = static_cast<std::uint32_t>(words.size());
    h.identity = identity;
    h.word_bytes = static_cast<std::uint32_t>(body.size());
    h.singles = static_cast<std::uint32_t>(single_.size());
    h.parts = static_cast<std::uint32_t>(parts_.size());
    put(body, single_);
    put(body, parts_);
    for (std::size_t i = 0; i < tables_.size(); ++i) {
        const Table& t = tables_[i];
        h.grams[i] = static_cast<std::uint32_t>(t.grams.size());
        h.contexts[i] = static_cast<std::uint32_t>(t.contexts.size());
        put(body, t.grams);
        put(body, t.contexts);
        put(body, t.probability);
        put(body, t.backoff);
    }
    h.checksum = checksum_of(body);
    return std::string(reinterpret_cast<const char*>(&h), sizeof h) + body;
}

Result<Model> Model::from_bytes(std::string_view bytes, std::uint64_t identity) {
    auto bad = [](std::string why) {
        return fail(Errc::invalid_input, "the naturalness model cannot be used: " + why, "",
                    "train it again: rustcoder doctor --train");
    };
    Header h{};
    if (bytes.size() < sizeof h)
        return bad("the file is too short");
    std::memcpy(&h, bytes.data(), sizeof h);
    bytes.remove_prefix(sizeof h);
    if (std::memcmp(h.magic, magic, sizeof magic) != 0 || h.version != version || h.reserved != 0)
        return bad("it is of another version");
    if (h.identity != identity)
        return bad("it was trained for another toolchain");
    if (h.checksum != checksum_of(bytes))
        return bad("the file is damaged");
    if (h.word_bytes > bytes.size() || h.singles != first_word + h.words)
        return bad("its sizes do not fit");
    Model m;
    std::string_view words = bytes.substr(0, h.word_bytes);
    bytes.remove_prefix(h.word_bytes);
    m.words_.reserve(h.words);
    for (Symbol s = first_word; !words.empty(); ++s) {
        std::size_t end = std::min(words.find('\n'), words.size());
        m.words_.emplace(words.substr(0, end), s);
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    bool whole = m.words_.size() == h.words && take(bytes, m.single_, h.singles) && take(bytes, m.parts_, h.parts);
    for (std::size_t i = 0; i < m.tables_.size(); ++i) {
        Table& t = m.tables_[i];
        whole = whole && take(bytes, t.grams, h.grams[i]) && take(bytes, t.contexts, h.contexts[i]) &&
                take(bytes, t.probability, h.grams[i]) && take(bytes, t.backoff, h.contexts[i]);
    }
    if (!whole || !bytes.empty())
        return bad("its sizes do not fit");
    return m;
}

} // namespace rustcoder::repair::ngram
