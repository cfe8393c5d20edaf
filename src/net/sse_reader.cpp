#include "net/http_client.h"

#include <charconv>

namespace rustcoder::net {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

} // namespace

/// One line that is not empty: a comment or a field.
void SseReader::line(std::string_view text) {
    const auto colon = text.find(':');
    const auto field = text.substr(0, colon);
    auto value = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    if (field == "data") {
        if (has_data_)
            pending_.data += '\n';
        pending_.data += value;
        has_data_ = true;
    } else if (field == "event") {
        pending_.event = value;
    } else if (field == "id") {
        if (value.find('\0') == std::string_view::npos)
            last_id_ = value;
    } else if (field == "retry") {
        int ms = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), ms);
        if (!value.empty() && value.front() != '-' && error == std::errc() && end == value.data() + value.size())
            pending_.retry_ms = ms;
    }
}

Status SseReader::feed(std::string_view piece, const std::function<bool(const SseMessage&)>& on_message) {
    while (start_ && !piece.empty()) { // the mark may come in pieces
        if (piece.front() == byte_order_mark[skip_bom_]) {
            piece.remove_prefix(1);
            start_ = ++skip_bom_ < byte_order_mark.size();
        } else {
            buffer_.assign(byte_order_mark.substr(0, skip_bom_));
            start_ = false;
        }
    }
    while (!piece.empty() && !stopped_) {
        if (std::exchange(skip_lf_, false) && piece.front() == '\n') {
            piece.remove_prefix(1);
            continue;
        }
        const auto end = piece.find_first_of("\r\n");
        if (buffer_.size() + pending_.data.size() + std::min(end, piece.size()) > max_event_) {
            stopped_ = true;
            return fail(Errc::limit, "an event of the stream is larger than " + std::to_string(max_event_) + " bytes");
        }
        buffer_ += piece.substr(0, end);
        if (end == std::string_view::npos)
            break;
        skip_lf_ = piece[end] == '\r';
        piece.remove_prefix(end + 1);
        if (!buffer_.empty()) {
            line(buffer_);
            buffer_.clear();
            continue;
        }
        auto message = std::exchange(pending_, SseMessage{});
        if (!std::exchange(has_data_, false)) // an event without data is none, but its retry holds for the next
            pending_.retry_ms = message.retry_ms;
        else {
            message.id = last_id_;
            if (message.event.empty())
                message.event = "message";
            stopped_ = !on_message(message);
        }
    }
    return {};
}

} // namespace rustcoder::net
