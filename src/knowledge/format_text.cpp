// Plain text: paragraphs, questions with answers, tables of two columns.
#include "base/text.h"
#include "knowledge/format_readers.h"
#include "knowledge/import_split.h"

#include <fmt/format.h>

namespace rustcoder::knowledge {

namespace {

constexpr std::size_t title_bytes = 200;

std::string_view without_mark(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    return text;
}

/// The first sentence or line that says something.
std::string title_of(std::string_view text) {
    for (auto line : base::lines(text)) {
        line = base::trim(line);
        while (line.starts_with('#') || line.starts_with('>') || line.starts_with('*') || line.starts_with('-'))
            line = base::trim(line.substr(1));
        if (line.empty() || line.starts_with("```"))
            continue;
        if (const auto dot = line.find(". "); dot != std::string_view::npos && dot > 20)
            line = line.substr(0, dot);
        return clip(line, 100);
    }
    return clip(text, 100);
}

/// "Q12:" or "A12:" at the start of a line: the length of the mark, 0 when there is none.
std::size_t mark(std::string_view line, char letter) {
    if (line.empty() || line[0] != letter)
        return 0;
    std::size_t i = 1;
    while (i < line.size() && line[i] >= '0' && line[i] <= '9')
        ++i;
    return i < line.size() && line[i] == ':' && i <= 10 ? i + 1 : 0;
}

/// The answer's code: what the first fence holds; without one, the whole, freed of what web pages leave when copied.
std::pair<std::string, bool> answer_code(std::string_view answer) {
    answer = base::trim(answer);
    if (const auto open = answer.find("```"); open != std::string_view::npos) {
        const auto begin = answer.find('\n', open);
        const auto end = begin == std::string_view::npos ? begin : answer.find("```", begin);
        if (begin != std::string_view::npos)
            return {std::string(base::trim(answer.substr(begin, end == std::string_view::npos ? end : end - begin))),
                    true};
    }
    if (answer.starts_with("rustCopy"))
        return {std::string(base::trim(answer.substr(8))), true};
    return {std::string(answer), false};
}

Status pair(std::string_view question, std::string_view answer, const Emit& emit) {
    question = base::trim(question);
    auto [code, is_code] = answer_code(answer);
    if (question.empty() || code.empty())
        return {};
    if (is_code)
        if (auto e = entry_of({{"query", question}, {"example", code}}))
            return emit(std::move(*e));
    Entry e;
    e.title = clip(question, title_bytes);
    e.text = fmt::format("{}\n\n{}", question, code);
    e.codes = codes_in(e.text);
    return emit(std::move(e));
}

/// Records of RFC 4180. A quote inside an unquoted field is taken as it is.
class CsvReader {
public:
    explicit CsvReader(std::string_view text) : text_(text) {}

    bool next(std::vector<std::string>& record) {
        record.clear();
        if (at_ >= text_.size())
            return false;
        do
            record.push_back(field());
        while (at_ < text_.size() && text_[at_] == ',' && ++at_ <= text_.size());
        if (at_ < text_.size() && text_[at_] == '\r')
            ++at_;
        if (at_ < text_.size() && text_[at_] == '\n')
            ++at_;
        return true;
    }
    std::size_t line() const {
        return static_cast<std::size_t>(std::count(text_.begin(), text_.begin() + static_cast<long>(at_), '\n')) + 1;
    }
    bool unclosed() const { return unclosed_; }

private:
    std::string field() {
        std::string value;
        if (at_ < text_.size() && text_[at_] == '"') {
            ++at_;
            for (;;) {
                const auto quote = text_.find('"', at_);
                if (quote == std::string_view::npos) {
                    value += text_.substr(at_);
                    at_ = text_.size();
                    unclosed_ = true;
                    return value;
                }
                value += text_.substr(at_, quote - at_);
                at_ = quote + 1;
                if (at_ >= text_.size() || text_[at_] != '"')
                    break;
                value += text_[at_++];
            }
        }
        const auto end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
        value += text_.substr(at_, end - at_);
        at_ = end;
        // A lone carriage return inside a field is no end of a record.
        while (at_ < text_.size() && text_[at_] == '\r' && (at_ + 1 >= text_.size() || text_[at_ + 1] != '\n')) {
            const auto more = std::min(text_.find_first_of(",\r\n", at_ + 1), text_.size());
            value += text_.substr(at_, more - at_);
            at_ = more;
        }
        return value;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool unclosed_ = false;
};

/// Columns of a header row: which holds the text and which what is searched. {0, 1} without a header.
struct Columns {
    std::size_t text = 0, search = 1;
    bool header = false;
};
Columns columns_of(const std::vector<std::string>& first) {
    Columns c;
    for (std::size_t i = 0; i < first.size() && i < 2; ++i) {
        const std::string name = lowered(base::trim(first[i]));
        if (base::one_of(name, {"question", "query", "summary", "prompt", "title", "qa"})) {
            c.header = true;
            c.search = i;
            c.text = first.size() > 1 ? 1 - i : 0;
        } else if (base::one_of(name, {"text", "content", "answer", "full_text", "source", "passage", "response"})) {
            c.header = true;
            c.text = i;
            c.search = 1 - i;
        }
    }
    return c;
}

} // namespace

Status read_text(std::string_view text, const Emit& emit) {
    for (const auto& paragraph : paragraphs(without_mark(text)))
        for (auto& passage : split_passages({paragraph}, {.target = 2400, .most = 2400})) {
            Entry e;
            e.title = title_of(passage);
            e.codes = codes_in(passage);
            e.text = std::move(passage);
            RC_TRY(emit(std::move(e)));
        }
    return {};
}

Status read_qna(std::string_view text, const Emit& emit) {
    std::string question, answer;
    std::string* into = nullptr;
    std::size_t pairs = 0;
    bool in_fence = false;
    const auto end_pair = [&]() -> Status {
        if (!question.empty() && !answer.empty()) {
            ++pairs;
            RC_TRY(pair(question, answer, emit));
        }
        question.clear();
        answer.clear();
        in_fence = false;
        return {};
    };
    for (std::string_view line : base::lines(without_mark(text))) {
        const std::string_view start = base::trim(line);
        if (const auto n = mark(start, 'Q'); n != 0 && !in_fence) {
            RC_TRY(end_pair());
            into = &question;
            line = start.substr(n);
        } else if (const auto m = mark(start, 'A'); m != 0 && !in_fence) {
            into = &answer;
            line = start.substr(m);
        }
        if (into == nullptr)
            continue;
        if (base::trim(line).starts_with("```"))
            in_fence = !in_fence;
        *into += line;
        *into += '\n';
    }
    RC_TRY(end_pair());
    if (pairs == 0)
        return fail(Errc::invalid_input, "no pair of question and answer", "first line",
                    "Write pairs as lines that begin with \"Q1:\" and \"A1:\"");
    return {};
}

Status read_csv(std::string_view text, const Emit& emit) {
    CsvReader reader(without_mark(text));
    std::vector<std::string> record;
    Columns columns;
    for (bool first = true; reader.next(record); first = false) {
        if (reader.unclosed())
            return fail(Errc::invalid_input, "a quoted field is never closed", fmt::format("line {}", reader.line()),
                        "Double the quotes inside quoted fields (RFC 4180)");
        if (first) {
            columns = columns_of(record);
            if (columns.header)
                continue;
        }
        const std::string body = columns.text < record.size() ? record[columns.text] : std::string();
        const std::string search = columns.search < record.size() ? record[columns.search] : std::string();
        if (base::trim(body).empty() && base::trim(search).empty())
            continue;
        Entry e;
        e.title = search.empty() ? title_of(body) : clip(search, title_bytes);
        e.text = search.size() > title_bytes ? fmt::format("{}\n\n{}", base::trim(search), base::trim(body))
                                             : std::string(base::trim(body.empty() ? search : body));
        e.codes = codes_in(e.title + "\n" + e.text);
        RC_TRY(emit(std::move(e)));
    }
    return {};
}

} // namespace rustcoder::knowledge
