#include "base/clock.h"
#include "base/json.h"
#include "knowledge/snapshot_format.h"

#include <array>
#include <cmath>
#include <cstring>
#include <fmt/format.h>

namespace rustcoder::knowledge {

namespace {

namespace json = base::json;

constexpr std::string_view format_name = "rustcoder-knowledge";
constexpr std::string_view digits64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t max_values = 8192, max_codes = 1000;

std::string base64(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
        for (std::size_t k = 0; k < 4; ++k)
            out += i + k <= bytes.size() ? digits64[group >> (18 - 6 * k) & 63] : '=';
    }
    return out;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0)
        return std::nullopt;
    while (!text.empty() && text.ends_with('=') && text.size() % 4 != 2)
        text.remove_suffix(1);
    std::string out;
    std::uint32_t group = 0;
    int bits = 0;
    for (const char c : text) {
        const auto value = digits64.find(c);
        if (value == std::string_view::npos)
            return std::nullopt;
        group = group << 6 | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out += static_cast<char>(group >> bits & 255);
        }
    }
    return out;
}

std::unexpected<Error> bad(std::string why) {
    return fail(Errc::invalid_input, std::move(why));
}

Result<json::object> parse_object(std::string_view line) {
    RC_TRY_ASSIGN(json::value value, base::parse_json(line));
    if (!value.is_object())
        return bad("a line is no JSON object");
    return std::move(value.as_object());
}

Result<Counts> parse_counts(const json::object& o) {
    const json::array* list = base::get_array(o, "counts");
    if (!list)
        return Counts{};
    std::array<std::uint64_t, 4> n{};
    if (list->size() != n.size())
        return bad("the counts of an entry are not four numbers");
    for (std::size_t i = 0; i < n.size(); ++i) {
        const std::int64_t* number = (*list)[i].if_int64();
        if (!number || *number < 0)
            return bad("a count is no number from 0 on");
        n[i] = static_cast<std::uint64_t>(*number);
    }
    return Counts{n[0], n[1], n[2], n[3]};
}

Result<SnapshotRecord> parse_entry(const json::object& o, Kind kind) {
    Entry out;
    out.kind = kind;
    const auto text = [&](const char* key) { return std::string(base::get_string(o, key)); };
    out.id = text("id");
    out.title = text("title");
    out.text = text("text");
    out.payload = text("payload");
    if (const json::array* codes = base::get_array(o, "codes")) {
        if (codes->size() > max_codes)
            return bad("an entry has too many codes");
        for (const json::value& code : *codes) {
            if (!code.is_string())
                return bad("a code of an entry is no text");
            out.codes.emplace_back(code.as_string());
        }
    }
    out.provenance = {text("source"), text("licence"), text("toolchain"), base::get_int(o, "created")};
    RC_TRY_ASSIGN(out.counts, parse_counts(o));
    out.quarantined = base::get_bool(o, "quarantined");
    out.updated = base::get_int(o, "updated");
    return out;
}

Result<SnapshotRecord> parse_vector(const json::object& o) {
    Store::Vector out;
    out.id = base::get_string(o, "vector");
    const auto bytes = from_base64(base::get_string(o, "values"));
    if (!bytes || bytes->empty() || bytes->size() % sizeof(float) != 0 || bytes->size() > max_values * sizeof(float))
        return bad("a vector cannot be read");
    out.values.resize(bytes->size() / sizeof(float));
    std::memcpy(out.values.data(), bytes->data(), bytes->size());
    for (const float value : out.values)
        if (!std::isfinite(value))
            return bad("a vector holds a value that is not finite");
    return out;
}

} // namespace

std::string header_line(const SnapshotHeader& header) {
    return base::dump(json::object{
        {"format", format_name}, {"version", header.version}, {"created", header.created}, {"model", header.model}});
}

std::string entry_line(const Entry& e) {
    json::object o{{"kind", name(e.kind)}, {"id", e.id}, {"title", e.title}, {"text", e.text}};
    if (!e.payload.empty())
        o["payload"] = e.payload; // as text: its bytes are part of the identity
    if (!e.codes.empty())
        o["codes"] = json::array(e.codes.begin(), e.codes.end());
    for (const auto& [key, value] :
         {std::pair("source", &e.provenance.source), std::pair("licence", &e.provenance.licence),
          std::pair("toolchain", &e.provenance.toolchain)})
        if (!value->empty())
            o[key] = *value;
    o["created"] = e.provenance.created;
    o["updated"] = e.updated;
    const Counts& n = e.counts;
    if (n != Counts{}) {
        json::array counts;
        for (const std::uint64_t count : {n.tried, n.compiled, n.passed, n.rejected})
            counts.emplace_back(static_cast<std::int64_t>(count));
        o["counts"] = std::move(counts);
    }
    if (e.quarantined)
        o["quarantined"] = true;
    return base::dump(o);
}

std::string vector_line(const Store::Vector& vector) {
    const auto* bytes = reinterpret_cast<const char*>(vector.values.data());
    return base::dump(
        json::object{{"vector", vector.id}, {"values", base64({bytes, vector.values.size() * sizeof(float)})}});
}

std::string trailer_line(const SnapshotTrailer& t) {
    return base::dump(json::object{{"entries", t.entries}, {"vectors", t.vectors}, {"sha256", t.sha256}});
}

Result<SnapshotHeader> parse_header(std::string_view line) {
    const auto o = parse_object(line);
    if (!o || base::get_string(*o, "format") != format_name)
        return bad("the file is no snapshot of a knowledge base");
    const std::int64_t version = base::get_int(*o, "version");
    if (version < 1)
        return bad("the snapshot states no version");
    if (version > snapshot_version)
        return fail(Errc::unavailable,
                    fmt::format("the snapshot has version {}, this program reads up to {}", version, snapshot_version),
                    {}, "Use the newer program that wrote it.");
    return SnapshotHeader{static_cast<int>(version), std::string(base::get_string(*o, "created")),
                          std::string(base::get_string(*o, "model"))};
}

Result<SnapshotRecord> parse_record(std::string_view line) {
    RC_TRY_ASSIGN(const json::object o, parse_object(line));
    if (o.contains("sha256"))
        return SnapshotTrailer{static_cast<std::uint64_t>(base::get_int(o, "entries")),
                               static_cast<std::uint64_t>(base::get_int(o, "vectors")),
                               std::string(base::get_string(o, "sha256"))};
    if (o.contains("vector"))
        return parse_vector(o);
    const auto kind = kind_named(base::get_string(o, "kind"));
    if (!kind)
        return bad("a line is neither entry nor vector");
    return parse_entry(o, *kind);
}

} // namespace rustcoder::knowledge
