#include "net/http_client_transfer.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>
#include <sys/socket.h>

namespace rustcoder::net {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t max_header_bytes = 256u << 10;

struct EasyDeleter {
    void operator()(CURL* c) const { curl_easy_cleanup(c); }
};
struct ListDeleter {
    void operator()(curl_slist* l) const { curl_slist_free_all(l); }
};
using List = std::unique_ptr<curl_slist, ListDeleter>;

bool token_char(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view s) {
    return !s.empty() && std::all_of(s.begin(), s.end(), token_char);
}

Result<List> header_list(const Headers& headers, const std::string& place) {
    List list;
    const auto append = [&](const std::string& line) {
        if (auto* longer = curl_slist_append(list.get(), line.c_str())) {
            (void)list.release();
            list.reset(longer);
        }
    };
    append("Expect:"); // no round trip before the body
    for (const auto& [key, value] : headers.fields()) {
        if (!is_token(key) || value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
            return fail(Errc::invalid_input, "a header of the request is malformed: " + key, place);
        append(value.empty() ? key + ";" : key + ": " + value);
    }
    if (!headers.find("Content-Type"))
        append("Content-Type:"); // or libcurl claims a form
    return list;
}

curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* a) {
    return ::socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol); // children do not inherit connections
}

class Transfer {
public:
    Transfer(const ClientOptions& options, const ClientRequest& request, const Address& address,
             Clock::time_point deadline, const TransferHooks& hooks)
        : options_(options), request_(request), address_(address), deadline_(deadline), hooks_(hooks) {}

    Result<ClientResponse> run(CURLM* multi, const std::stop_token& stop);

private:
    Status prepare();
    Status drive(CURLM* multi, const std::stop_token& stop);
    Result<milliseconds> check_time();
    Status finished(CURLcode code);
    bool announce();
    std::unexpected<Error> timed_out(std::string_view phase, milliseconds limit) const;
    template <class... Args> void set(CURLoption option, Args... args) {
        curl_easy_setopt(easy_.get(), option, args...);
    }

    static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
        return static_cast<Transfer*>(self)->header({bytes, size * count}) ? size * count : 0;
    }
    static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
        return static_cast<Transfer*>(self)->body({bytes, size * count}) ? size * count : 0;
    }
    bool header(std::string_view line);
    bool body(std::string_view piece);

    const ClientOptions& options_;
    const ClientRequest& request_;
    const Address& address_;
    const Clock::time_point deadline_;
    const TransferHooks& hooks_;
    std::unique_ptr<CURL, EasyDeleter> easy_;
    List headers_;
    char detail_[CURL_ERROR_SIZE] = {};
    ClientResponse response_;
    Status refused_; // why a callback ended the transfer
    std::size_t header_bytes_ = 0, body_bytes_ = 0;
    bool announced_ = false, held_ = false;
    curl_off_t sent_ = -1;           // bytes of the body sent when last looked
    Clock::time_point progress_{};   // connected, or another part of the request sent
    Clock::time_point last_piece_{}; // of the answer's body
};

/// Status line, header fields, blank line; once more for every interim (1xx) answer. After the body: trailers.
bool Transfer::header(std::string_view line) {
    try {
        header_bytes_ += line.size();
        if (header_bytes_ > max_header_bytes) {
            refused_ = fail(Errc::limit, "the answer has more than 256 KiB of headers", address_.place);
            return false;
        }
        if (announced_)
            return true;
        if (line.starts_with("HTTP/")) {
            response_ = {};
            const auto space = line.find(' ');
            const auto digits = space == std::string_view::npos ? std::string_view() : line.substr(space + 1, 3);
            response_.status = std::atoi(std::string(digits).c_str());
            return true;
        }
        line = base::trim(line);
        if (line.empty())
            return response_.status < 200 || announce();
        if (const auto colon = line.find(':'); colon != std::string_view::npos)
            response_.headers.add(std::string(line.substr(0, colon)), std::string(base::trim(line.substr(colon + 1))));
        return true;
    } catch (...) {
        refused_ = fail(Errc::internal, "reading the headers of an answer failed", address_.place);
        return false;
    }
}

bool Transfer::announce() {
    announced_ = true;
    held_ = hooks_.hold_redirects && is_redirect(response_.status) && response_.headers.find("Location");
    if (held_ || !hooks_.on_response || hooks_.on_response(response_))
        return true;
    refused_ = fail(Errc::cancelled, "the reader wants no more of the answer", address_.place);
    return false;
}

bool Transfer::body(std::string_view piece) {
    try {
        last_piece_ = Clock::now();
        body_bytes_ += piece.size();
        if (body_bytes_ > request_.max_body) {
            refused_ =
                fail(Errc::limit, fmt::format("the answer is larger than {} bytes", request_.max_body), address_.place);
            return false;
        }
        if (held_)
            return true;
        if (!hooks_.on_data) {
            response_.body += piece;
        } else if (!hooks_.on_data(piece)) {
            refused_ = fail(Errc::cancelled, "the reader wants no more of the answer", address_.place);
            return false;
        }
        return true;
    } catch (...) {
        refused_ = fail(Errc::internal, "taking a piece of an answer failed", address_.place);
        return false;
    }
}

Status Transfer::prepare() {
    if (!is_token(request_.method))
        return fail(Errc::invalid_input, "the request's method is malformed", address_.place);
    RC_TRY_ASSIGN(headers_, header_list(request_.headers, address_.place));
    easy_.reset(curl_easy_init());
    if (!easy_)
        return fail(Errc::internal, "libcurl gives no handle");
    set(CURLOPT_URL, address_.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_PROXY, options_.proxy.c_str()); // empty: none, whatever the environment says
    if (!options_.proxy.empty())
        set(CURLOPT_NOPROXY, "");
    if (!options_.ca_file.empty())
        set(CURLOPT_CAINFO, options_.ca_file.c_str());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_QUICK_EXIT, 1L); // a cancelled call does not wait for the resolver's thread
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    set(CURLOPT_ERRORBUFFER, detail_);
    set(CURLOPT_HTTPHEADER, headers_.get());
    set(CURLOPT_HEADERFUNCTION, on_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, on_body);
    set(CURLOPT_WRITEDATA, this);
    // libcurl takes 0 for five minutes; none of our own means the longest it can hold.
    const auto connect = request_.timeouts.connect;
    set(CURLOPT_CONNECTTIMEOUT_MS, connect.count() > 0 ? static_cast<long>(connect.count()) : 1L << 30);
    if (request_.method == "HEAD") {
        set(CURLOPT_NOBODY, 1L);
    } else if (request_.method != "GET" || !request_.body.empty()) {
        if (request_.method == "POST" || !request_.body.empty()) {
            set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
            set(CURLOPT_POSTFIELDS, request_.body.data());
        }
        set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    }
    return {};
}

std::unexpected<Error> Transfer::timed_out(std::string_view phase, milliseconds limit) const {
    return fail(Errc::timeout, fmt::format("{} within {} ms", phase, limit.count()), address_.place);
}

/// The phases that libcurl does not time itself. Value: how long nothing can run out.
Result<milliseconds> Transfer::check_time() {
    const auto now = Clock::now();
    curl_off_t connected = 0, sent = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &connected);
    curl_easy_getinfo(easy_.get(), CURLINFO_SIZE_UPLOAD_T, &sent);
    if (connected > 0 && sent != sent_) {
        sent_ = sent;
        progress_ = now;
    }
    auto next = std::min(deadline_, now + std::chrono::seconds(1));
    if (now >= deadline_)
        return timed_out("the answer was not complete", request_.timeouts.total);
    const auto expired = [&](milliseconds limit, Clock::time_point since) {
        if (limit.count() > 0)
            next = std::min(next, since + limit);
        return limit.count() > 0 && now - since >= limit;
    };
    if (request_.give_up_at) {
        const auto until = request_.give_up_at();
        if (now >= until)
            return fail(Errc::timeout, "the answer did not come in time", address_.place);
        next = std::min(next, until);
    }
    const auto& limit = request_.timeouts;
    if (body_bytes_ > 0) {
        if (expired(limit.idle, last_piece_))
            return timed_out("the server fell silent: nothing more came", limit.idle);
    } else if (sent_ >= 0 && expired(limit.first_byte, progress_)) {
        return timed_out("the server was asked, but no answer began", limit.first_byte);
    }
    return std::chrono::ceil<milliseconds>(next - now);
}

Status Transfer::finished(CURLcode code) {
    if (!refused_)
        return refused_;
    const std::string why = detail_[0] ? detail_ : curl_easy_strerror(code);
    switch (code) {
    case CURLE_OK:
        return {};
    case CURLE_OPERATION_TIMEDOUT:
        return timed_out("no connection", request_.timeouts.connect);
    case CURLE_COULDNT_RESOLVE_HOST:
        return fail(Errc::unavailable, "the name " + address_.host + " cannot be resolved", address_.place,
                    "Check the address and the network.");
    case CURLE_COULDNT_CONNECT:
        return fail(Errc::unavailable, "no connection: " + why, address_.place, "Check that the server runs there.");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
        return fail(Errc::unavailable, "no secure connection: " + why, address_.place,
                    "Check the server's certificate, or name its authority.");
    case CURLE_OUT_OF_MEMORY:
        return fail(Errc::internal, "out of memory", address_.place);
    default:
        return fail(Errc::unavailable,
                    fmt::format("the connection was lost after {} bytes of the answer: {}", body_bytes_, why),
                    address_.place);
    }
}

Status Transfer::drive(CURLM* multi, const std::stop_token& stop) {
    for (;;) {
        if (stop.stop_requested())
            return fail(Errc::cancelled, "the caller stopped waiting", address_.place);
        int running = 0;
        if (const auto code = curl_multi_perform(multi, &running); code != CURLM_OK)
            return fail(Errc::internal, std::string("libcurl: ") + curl_multi_strerror(code), address_.place);
        int left = 0;
        while (const auto* message = curl_multi_info_read(multi, &left))
            if (message->msg == CURLMSG_DONE)
                return finished(message->data.result);
        RC_TRY_ASSIGN(const auto wait, check_time());
        curl_multi_poll(multi, nullptr, 0, static_cast<int>(wait.count()), nullptr);
    }
}

Result<ClientResponse> Transfer::run(CURLM* multi, const std::stop_token& stop) {
    RC_TRY(prepare());
    if (curl_multi_add_handle(multi, easy_.get()) != CURLM_OK)
        return fail(Errc::internal, "libcurl refuses a handle");
    Status end;
    {
        const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
        end = drive(multi, stop);
    }
    curl_multi_remove_handle(multi, easy_.get()); // closes the connection of an unfinished transfer
    RC_TRY(end);
    if (!announced_) // libcurl is content with headers that the end of the connection cuts
        return fail(Errc::unavailable, "the connection was lost within the headers of the answer", address_.place);
    return std::move(response_);
}

} // namespace

bool is_redirect(int status) {
    return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

Result<ClientResponse> transfer(CURLM* multi, const ClientOptions& options, const ClientRequest& request,
                                const Address& address, Clock::time_point deadline, const std::stop_token& stop,
                                const TransferHooks& hooks) {
    return Transfer(options, request, address, deadline, hooks).run(multi, stop);
}

} // namespace rustcoder::net
