#include "knowledge/format_manifest.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::knowledge {

namespace {

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    Manifest read() {
        while (at_ < text_.size()) {
            skip_space();
            if (at_ >= text_.size())
                break;
            if (text_[at_] == '[')
                table();
            else
                entry();
        }
        return std::move(manifest_);
    }

private:
    /// White space, line ends and comments.
    void skip_space() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '#')
                at_ = std::min(text_.find('\n', at_), text_.size());
            else if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
                ++at_;
            else
                break;
        }
    }

    std::string_view rest_of_line() {
        const auto end = std::min(text_.find('\n', at_), text_.size());
        const auto line = text_.substr(at_, end - at_);
        at_ = end;
        return line;
    }

    void table() {
        std::string_view line = base::trim(rest_of_line());
        if (const auto comment = line.find('#'); comment != std::string_view::npos)
            line = base::trim(line.substr(0, comment));
        while (line.starts_with('['))
            line.remove_prefix(1);
        while (line.ends_with(']'))
            line.remove_suffix(1);
        table_ = base::trim(line);
        manifest_.package = manifest_.package || table_ == "package" || table_ == "project";
        // "dependencies.serde", "target.'cfg(unix)'.dependencies.libc"
        const auto mark = table_.rfind("dependencies.");
        const bool regular = mark == 0 || (mark != std::string::npos && table_[mark - 1] == '.');
        if (regular)
            note(manifest_.dependencies, unquote(table_.substr(mark + 13)));
    }

    void entry() {
        const auto equals = text_.find('=', at_);
        const auto line_end = std::min(text_.find('\n', at_), text_.size());
        if (equals == std::string_view::npos || equals > line_end) {
            rest_of_line();
            return;
        }
        const std::string key = unquote(base::trim(text_.substr(at_, equals - at_)));
        at_ = equals + 1;
        take(key, value());
    }

    struct Value {
        std::string text;               // of a string
        std::vector<std::string> items; // strings of an array
    };

    Value value() {
        Value v;
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t'))
            ++at_;
        if (at_ >= text_.size())
            return v;
        if (text_[at_] == '"' || text_[at_] == '\'') {
            v.text = string();
        } else if (text_[at_] == '[') {
            array(v);
        } else if (text_[at_] == '{') {
            inline_table();
        }
        rest_of_line();
        return v;
    }

    void array(Value& v) {
        int depth = 0;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '"' || c == '\'') {
                v.items.push_back(string());
                continue;
            }
            if (c == '#') {
                rest_of_line();
                continue;
            }
            ++at_;
            depth += c == '[' ? 1 : c == ']' ? -1 : 0;
            if (depth == 0)
                return;
        }
    }

    void inline_table() {
        int depth = 0;
        while (at_ < text_.size() && text_[at_] != '\n') {
            const char c = text_[at_];
            if (c == '"' || c == '\'') {
                string();
                continue;
            }
            ++at_;
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (depth == 0)
                return;
        }
    }

    /// Basic, literal and their multi-line forms; at_ is on the opening quote.
    std::string string() {
        const char quote = text_[at_];
        const std::string three(3, quote);
        const bool multi = text_.substr(at_).starts_with(three);
        at_ += multi ? 3 : 1;
        std::string out;
        while (at_ < text_.size()) {
            if (multi ? text_.substr(at_).starts_with(three) : text_[at_] == quote) {
                at_ += multi ? 3 : 1;
                return out;
            }
            if (!multi && text_[at_] == '\n')
                return out; // never closed
            if (text_[at_] == '\\' && quote == '"' && at_ + 1 < text_.size()) {
                escape(out);
                continue;
            }
            out += text_[at_++];
        }
        return out;
    }

    void escape(std::string& out) {
        const char c = text_[at_ + 1];
        at_ += 2;
        if (c == 'n')
            out += '\n';
        else if (c == 't')
            out += '\t';
        else if (c == '\n' || c == '\r') // a line that goes on
            while (at_ < text_.size() && base::one_of(text_.substr(at_, 1), {" ", "\t", "\n", "\r"}))
                ++at_;
        else
            out += c;
    }

    static std::string unquote(std::string_view s) {
        s = base::trim(s);
        while (!s.empty() && (s.front() == '"' || s.front() == '\''))
            s.remove_prefix(1);
        while (!s.empty() && (s.back() == '"' || s.back() == '\''))
            s.remove_suffix(1);
        return std::string(s);
    }

    static void note(std::vector<std::string>& list, std::string name) {
        if (!name.empty() && std::find(list.begin(), list.end(), name) == list.end())
            list.push_back(std::move(name));
    }

    void take(const std::string& key, Value v) {
        if (table_ == "package" || table_ == "project") {
            if (key == "name")
                manifest_.name = v.text;
            else if (key == "version")
                manifest_.version = v.text;
            else if (key == "description")
                manifest_.description = v.text;
            else if (key == "license")
                manifest_.licence = v.text;
            else if (key == "edition")
                manifest_.edition = v.text;
            else if (key == "keywords")
                manifest_.keywords = std::move(v.items);
        } else if (table_ == "features") {
            note(manifest_.features, key);
        } else if (table_ == "dependencies" || table_.ends_with(".dependencies")) {
            note(manifest_.dependencies, key.substr(0, key.find('.')));
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string table_;
    Manifest manifest_;
};

} // namespace

Manifest read_manifest(std::string_view toml) {
    return Reader(toml).read();
}

} // namespace rustcoder::knowledge
