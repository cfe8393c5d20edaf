#include "base/text.h"

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <openssl/evp.h>

namespace rustcoder::base {

namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/// Length of the well-formed UTF-8 sequence at s[i], 0 when there is none (RFC 3629: no surrogates, no overlongs).
std::size_t utf8_sequence(std::string_view s, std::size_t i) {
    const auto at = [&](std::size_t k) { return k < s.size() ? static_cast<unsigned char>(s[k]) : 0u; };
    const auto tail = [&](std::size_t k) { return (at(k) & 0xC0u) == 0x80u; };
    const unsigned c = at(i);
    if (c < 0x80)
        return 1;
    if (c >= 0xC2 && c <= 0xDF)
        return tail(i + 1) ? 2 : 0;
    if (c >= 0xE0 && c <= 0xEF) {
        const unsigned low = c == 0xE0 ? 0xA0 : 0x80, high = c == 0xED ? 0x9F : 0xBF;
        return at(i + 1) >= low && at(i + 1) <= high && tail(i + 2) ? 3 : 0;
    }
    if (c >= 0xF0 && c <= 0xF4) {
        const unsigned low = c == 0xF0 ? 0x90 : 0x80, high = c == 0xF4 ? 0x8F : 0xBF;
        return at(i + 1) >= low && at(i + 1) <= high && tail(i + 2) && tail(i + 3) ? 4 : 0;
    }
    return 0;
}

} // namespace

std::string_view trim(std::string_view s) {
    while (!s.empty() && is_space(s.front()))
        s.remove_prefix(1);
    while (!s.empty() && is_space(s.back()))
        s.remove_suffix(1);
    return s;
}

std::vector<std::string_view> split(std::string_view s, char sep) {
    std::vector<std::string_view> out;
    for (;;) {
        const auto at = s.find(sep);
        out.push_back(s.substr(0, at));
        if (at == std::string_view::npos)
            return out;
        s.remove_prefix(at + 1);
    }
}

std::vector<std::string_view> lines(std::string_view s) {
    std::vector<std::string_view> out;
    while (!s.empty()) {
        const auto at = s.find('\n');
        auto line = s.substr(0, at);
        s.remove_prefix(at == std::string_view::npos ? s.size() : at + 1);
        if (at != std::string_view::npos && line.ends_with('\r'))
            line.remove_suffix(1);
        out.push_back(line);
    }
    return out;
}

bool valid_utf8(std::string_view s) {
    for (std::size_t i = 0; i < s.size();) {
        const auto n = utf8_sequence(s, i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

std::string lower(std::string_view s) {
    std::string out(s);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::string replace_all(std::string s, std::string_view from, std::string_view to) {
    if (from.empty())
        return s;
    std::size_t at = s.find(from);
    if (at == std::string::npos)
        return s;
    std::string out;
    std::size_t done = 0;
    for (; at != std::string::npos; at = s.find(from, done)) {
        out.append(s, done, at - done).append(to);
        done = at + from.size();
    }
    return out.append(s, done);
}

bool is_ident_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_ident(char c) {
    return is_ident_start(c) || (c >= '0' && c <= '9');
}

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t cap) {
    if ((a.size() > b.size() ? a.size() - b.size() : b.size() - a.size()) > cap)
        return cap + 1;
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        std::size_t best = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
            best = std::min(best, row[j]);
        }
        // A transposition reaches two rows back, so both must be beyond the cap.
        if (best > cap && *std::min_element(last.begin(), last.end()) > cap)
            return cap + 1;
        before.swap(last);
        last.swap(row);
    }
    return std::min(last[b.size()], cap + 1);
}

std::string hex_digits(std::string_view bytes) {
    static constexpr char hex[] = "0123456789abcdef";
    std::string out;
    out.reserve(2 * bytes.size());
    for (const char c : bytes) {
        out += hex[static_cast<unsigned char>(c) >> 4];
        out += hex[static_cast<unsigned char>(c) & 15];
    }
    return out;
}

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
    return hex_digits({reinterpret_cast<const char*>(digest.data()), size});
}

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed) {
    std::uint64_t h = 0xcbf29ce484222325ull ^ (seed * 0x9e3779b97f4a7c15ull);
    for (const char c : bytes) {
        h ^= static_cast<unsigned char>(c);
        h *= 0x100000001b3ull;
    }
    // FNV leaves the high bits weak for short input; one round of murmur's finaliser spreads them.
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdull;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53ull;
    return h ^ (h >> 33);
}

std::vector<std::string> shell_split(std::string_view s) {
    std::vector<std::string> out;
    std::string word;
    bool in_word = false;
    const auto finish = [&] {
        if (in_word)
            out.push_back(std::move(word));
        word.clear();
        in_word = false;
    };
    for (std::size_t i = 0; i < s.size(); ++i) {
        const char c = s[i];
        if (is_space(c)) {
            finish();
            continue;
        }
        in_word = true;
        if (c == '\'') {
            const auto end = std::min(s.find('\'', i + 1), s.size());
            word.append(s.substr(i + 1, end - i - 1));
            i = end;
        } else if (c == '"') {
            for (++i; i < s.size() && s[i] != '"'; ++i) {
                const bool escape = s[i] == '\\' && i + 1 < s.size();
                if (escape && (s[i + 1] == '"' || s[i + 1] == '\\' || s[i + 1] == '$' || s[i + 1] == '`'))
                    word += s[++i];
                else if (escape && s[i + 1] == '\n')
                    ++i;
                else
                    word += s[i];
            }
        } else if (c == '\\') {
            if (i + 1 >= s.size())
                word += c;
            else if (s[++i] != '\n')
                word += s[i];
        } else {
            word += c;
        }
    }
    finish();
    return out;
}

std::string shell_quote(std::string_view s) {
    const auto plain = [](char c) {
        return (is_ident(c) && static_cast<unsigned char>(c) < 0x80) ||
               std::string_view("-./:=,+@%").find(c) != std::string_view::npos;
    };
    if (!s.empty() && std::all_of(s.begin(), s.end(), plain))
        return std::string(s);
    return "'" + replace_all(std::string(s), "'", "'\\''") + "'";
}

} // namespace rustcoder::base
