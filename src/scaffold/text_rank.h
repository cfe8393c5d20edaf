// Full text over templates: BM25 with a weight for each field (Robertson, Zaragoza, Taylor 2004) over roots and pairs
// of neighbouring roots. Immutable after building: thread-safe.
#pragma once

#include "scaffold/request.h"

#include <memory>
#include <unordered_map>

namespace rustcoder::scaffold {

/// A question's terms with what each counts for.
struct Question {
    std::vector<std::pair<std::string, double>> terms;
};
/// The description counts more than what is required besides; what is not wanted counts nothing.
Question question_of(const Request& request);

struct TextScore {
    double score = 0; // BM25
    double share = 0; // of what a template could reach that holds every term often
    double known = 0; // share of the question's single words, by rarity, that the template has
};

class TextRank {
public:
    explicit TextRank(const std::vector<std::shared_ptr<const Template>>& templates);
    /// One score a template, in their order.
    std::vector<TextScore> rank(const Question& question) const;

private:
    struct Posting {
        std::uint32_t document = 0;
        float weight = 0; // of the fields, saturated
    };
    double rarity(const std::string& term) const;

    std::size_t documents_ = 0;
    std::unordered_map<std::string, std::vector<Posting>> postings_;
};

} // namespace rustcoder::scaffold
