#include "mcp/state_seal.h"

#include "base/text.h"
#include "mcp/types.h"

namespace rustcoder::mcp {

namespace {

constexpr std::size_t hash_block = 64, longest = 1u << 20;

std::string digest(std::string_view bytes) {
    const auto hex = base::sha256_hex(bytes);
    const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out += static_cast<char>(value(hex[i]) << 4 | value(hex[i + 1]));
    return out;
}

void canonical(std::string& out, const json::value& v) {
    if (const auto* o = v.if_object()) {
        std::vector<std::string_view> keys;
        for (const auto& member : *o)
            keys.emplace_back(member.key().data(), member.key().size());
        std::ranges::sort(keys);
        out += '{';
        for (const auto key : keys) {
            out += base::dump(json::value(key)) + ':';
            canonical(out, o->at(key));
            out += ',';
        }
        out += '}';
    } else if (const auto* a = v.if_array()) {
        out += '[';
        for (const auto& item : *a) {
            canonical(out, item);
            out += ',';
        }
        out += ']';
    } else {
        out += base::dump(v);
    }
}

std::int64_t seconds(std::chrono::system_clock::time_point t) {
    return std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count();
}

} // namespace

StateSeal::StateSeal(std::string key) {
    if (key.empty())
        key = random_id() + random_id();
    if (key.size() > hash_block)
        key = digest(key);
    key.resize(hash_block, '\0');
    for (const char c : key) {
        inner_ += static_cast<char>(c ^ 0x36);
        outer_ += static_cast<char>(c ^ 0x5c);
    }
}

std::string StateSeal::sign(std::string_view text) const {
    return base::sha256_hex(outer_ + digest(inner_ + std::string(text)));
}

std::string StateSeal::close(const Round& round, std::chrono::system_clock::time_point expires) const {
    json::object o;
    o["p"] = round.principal;
    o["r"] = round.request;
    o["x"] = seconds(expires);
    o["n"] = random_id();
    o["a"] = round.answers;
    o["s"] = round.state;
    const auto text = base64(base::dump(o));
    return text + "." + sign(text);
}

std::expected<StateSeal::Round, std::string> StateSeal::open(std::string_view sealed, std::string_view principal,
                                                             std::string_view request) const {
    constexpr const char* forged = "requestState was not made by this server or was changed";
    const auto dot = sealed.rfind('.');
    if (dot == std::string_view::npos || sealed.size() > longest)
        return std::unexpected(forged);
    const auto text = sealed.substr(0, dot), given = sealed.substr(dot + 1);
    const auto right = sign(text);
    unsigned char difference = given.size() == right.size() ? 0 : 1;
    for (std::size_t i = 0; i < right.size() && i < given.size(); ++i) // no early exit: time tells nothing
        difference |= static_cast<unsigned char>(given[i] ^ right[i]);
    if (difference != 0)
        return std::unexpected(forged);
    const auto bytes = from_base64(text);
    const auto value = bytes ? base::parse_json(*bytes) : fail(Errc::invalid_input, forged);
    if (!value || !value->is_object())
        return std::unexpected(forged);
    const auto& o = value->get_object();
    if (base::get_string(o, "p") != principal || base::get_string(o, "r") != request)
        return std::unexpected("requestState belongs to another request");
    if (base::get_int(o, "x") < seconds(std::chrono::system_clock::now()))
        return std::unexpected("requestState is too old; send the request again without it");
    Round round{std::string(principal), std::string(request), {}, nullptr};
    if (const auto* answers = base::get_object(o, "a"))
        round.answers = *answers;
    if (const auto* state = o.if_contains("s"))
        round.state = *state;
    return round;
}

std::string request_digest(std::string_view method, std::string_view name, const json::object& arguments) {
    std::string text;
    canonical(text, json::array{json::value(method), json::value(name), json::value(arguments)});
    return base::sha256_hex(text);
}

} // namespace rustcoder::mcp
