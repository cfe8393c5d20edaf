#include "net/http_client.h"

#include "base/text.h"
#include "net/http_client_transfer.h"

#include <list>
#include <mutex>

namespace rustcoder::net {

namespace {

using Clock = std::chrono::steady_clock;

struct UrlDeleter {
    void operator()(CURLU* u) const { curl_url_cleanup(u); }
};
using Url = std::unique_ptr<CURLU, UrlDeleter>;

std::string part(CURLU* url, CURLUPart which) {
    char* text = nullptr;
    if (curl_url_get(url, which, &text, 0) != CURLUE_OK)
        return {};
    std::string out = text;
    curl_free(text);
    return out;
}

Result<Address> address_of(CURLU* url, CURLUcode code) {
    const auto bad = [](const std::string& why) {
        return fail(Errc::invalid_input, "the address is malformed: " + why, {},
                    "Write it like https://host:port/path.");
    };
    if (code != CURLUE_OK)
        return bad(curl_url_strerror(code));
    const auto scheme = part(url, CURLUPART_SCHEME);
    if (scheme != "http" && scheme != "https")
        return bad("only http and https are spoken");
    curl_url_set(url, CURLUPART_FRAGMENT, nullptr, 0);
    Address out;
    out.secure = scheme == "https";
    out.url = part(url, CURLUPART_URL);
    out.host = part(url, CURLUPART_HOST);
    if (out.host.empty() || out.url.empty())
        return bad("it names no host");
    auto port = part(url, CURLUPART_PORT);
    out.origin = scheme + "://" + out.host + ":" + (port.empty() ? (out.secure ? "443" : "80") : port);
    out.place = scheme + "://" + out.host + (port.empty() ? "" : ":" + port) + part(url, CURLUPART_PATH);
    return out;
}

/// What may go to another host: nothing that the caller may have meant for the first one only.
Headers without_credentials(const Headers& headers) {
    Headers out;
    for (const auto& [name, value] : headers.fields())
        for (std::string_view harmless : {"accept", "accept-language", "user-agent", "if-none-match"})
            if (iequals(name, harmless))
                out.add(name, value);
    return out;
}

} // namespace

Result<Address> parse_address(const std::string& text) {
    const Url url(curl_url());
    if (!url)
        return fail(Errc::internal, "out of memory");
    if (text.find('\0') != std::string::npos)
        return address_of(url.get(), CURLUE_MALFORMED_INPUT);
    return address_of(url.get(), curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0));
}

Result<Address> resolve_address(const Address& base, const std::string& location) {
    const Url url(curl_url());
    if (!url)
        return fail(Errc::internal, "out of memory");
    auto code = curl_url_set(url.get(), CURLUPART_URL, base.url.c_str(), 0);
    if (code == CURLUE_OK)
        code = curl_url_set(url.get(), CURLUPART_URL, location.c_str(), CURLU_URLENCODE);
    auto next = address_of(url.get(), code);
    if (next && next->origin != base.origin) { // a redirect does not hand out passwords
        curl_url_set(url.get(), CURLUPART_USER, nullptr, 0);
        curl_url_set(url.get(), CURLUPART_PASSWORD, nullptr, 0);
        next->url = part(url.get(), CURLUPART_URL);
    }
    return next;
}

/// Idle connections live in multi handles, each used by one caller at a time: libcurl does not share connections
/// between threads, and so no caller ever waits for another.
struct HttpClient::Impl {
    ClientOptions options;
    std::mutex mutex;
    std::list<std::pair<std::string, Multi>> idle; // origin it last spoke to; most recent first

    Multi take(const std::string& origin) {
        {
            const std::lock_guard lock(mutex);
            for (auto it = idle.begin(); it != idle.end(); ++it)
                if (it->first == origin) {
                    auto multi = std::move(it->second);
                    idle.erase(it);
                    return multi;
                }
        }
        Multi multi(curl_multi_init());
        if (multi)
            curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, 2L);
        return multi;
    }
    void give_back(const std::string& origin, Multi multi) {
        std::list<std::pair<std::string, Multi>> dropped; // closed outside the lock
        const std::lock_guard lock(mutex);
        idle.emplace_front(origin, std::move(multi));
        while (idle.size() > options.idle_connections)
            dropped.splice(dropped.end(), idle, std::prev(idle.end()));
    }
};

HttpClient::HttpClient() : HttpClient(ClientOptions{}) {}

HttpClient::HttpClient(ClientOptions options) : impl_(std::make_unique<Impl>()) {
    static const auto ready = curl_global_init(CURL_GLOBAL_ALL);
    (void)ready;
    impl_->options = std::move(options);
}

HttpClient::~HttpClient() = default;

Result<ClientResponse> HttpClient::send(const ClientRequest& original, std::stop_token stop,
                                        const std::function<bool(std::string_view)>& on_data,
                                        const std::function<bool(const ClientResponse&)>& on_response) {
    RC_TRY_ASSIGN(auto address, parse_address(original.url));
    const auto total = original.timeouts.total;
    const auto deadline = total.count() > 0 ? Clock::now() + total : Clock::time_point::max();
    const bool follow = original.max_redirects > 0 && base::one_of(original.method, {"GET", "HEAD"});
    const TransferHooks hooks{on_data, on_response, follow};
    auto request = original;
    for (int hops = 0;; ++hops) {
        auto multi = impl_->take(address.origin);
        if (!multi)
            return fail(Errc::internal, "libcurl gives no handle");
        auto response = transfer(multi.get(), impl_->options, request, address, deadline, stop, hooks);
        impl_->give_back(address.origin, std::move(multi));
        const auto* location =
            response && follow && is_redirect(response->status) ? response->headers.find("Location") : nullptr;
        if (!location)
            return response;
        if (hops == original.max_redirects)
            return fail(Errc::unavailable, "the server redirects too often", address.place);
        RC_TRY_ASSIGN(auto next, resolve_address(address, *location));
        if (address.secure && !next.secure)
            return fail(Errc::denied, "the server redirects from https to http", address.place);
        if (next.origin != address.origin)
            request.headers = without_credentials(request.headers);
        address = std::move(next);
    }
}

} // namespace rustcoder::net
