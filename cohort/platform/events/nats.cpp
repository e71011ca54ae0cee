// SPDX-License-Identifier: Apache-2.0
// The library's calls block their thread: all of them are made on a real one. It is not let
// reconnect by itself: after any failure everything is made anew, the stream and the consumer too,
// because what is back may be another server with an empty store.
#include "cohort/platform/events/nats.h"

#include <algorithm>
#include <nats/nats.h>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/blocking.h"
#include "weft/context.h"

namespace cohort::events {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 2s;             // for an answer of the server
constexpr auto acknowledge_within = 30s;  // after which it is told again
constexpr int messages_at_once = 256;
constexpr auto kept_in_stream = std::chrono::hours(24);  // older ones are in the store

struct Free {
    void operator()(natsOptions* p) const { natsOptions_Destroy(p); }
    void operator()(natsConnection* p) const { natsConnection_Destroy(p); }
    void operator()(natsSubscription* p) const { natsSubscription_Destroy(p); }
    void operator()(jsCtx* p) const { jsCtx_Destroy(p); }
    void operator()(jsStreamInfo* p) const { jsStreamInfo_Destroy(p); }
    void operator()(jsConsumerInfo* p) const { jsConsumerInfo_Destroy(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Result<void> check(natsStatus status, const char* what) {
    if (status == NATS_OK) return {};
    return unavailable("nats-" + std::string(what),
                       std::string("NATS: ") + natsStatus_GetText(status) + ".");
}

std::string text_of(const Event& event) {
    return json::to_text(json::object{{"position", event.position},
                                      {"id", event.id},
                                      {"topic", event.topic},
                                      {"key", event.key},
                                      {"at", to_rfc3339(event.at)},
                                      {"body", json::parse(event.body).value_or(json::object{})}});
}

// Nothing where it is none of ours: then it says nothing.
std::int64_t position_in(const natsMsg* message) {
    const std::string_view text(natsMsg_GetData(message),
                                static_cast<std::size_t>(natsMsg_GetDataLength(message)));
    const auto read = json::parse(text);
    if (!read || !read->is_object()) return 0;
    return json::get_int(read->get_object(), "position").value_or(0);
}

}  // namespace

class NatsLink {
  public:
    static Result<std::unique_ptr<NatsLink>> connect(const NatsOptions& options);
    Result<void> listen(const NatsOptions& options, const std::string& subscriber,
                        const std::string& topic);
    Result<void> put(const NatsOptions& options, const Event& event);
    Result<std::int64_t> hear(std::chrono::milliseconds wait);
    void answer(natsStatus (*how)(natsMsg*, jsOptions*));
    ~NatsLink() { forget(); }

  private:
    Result<void> ensure_stream(const NatsOptions& options);
    std::int64_t highest() const;
    void forget();

    Owned<natsConnection> connection_;
    Owned<jsCtx> stream_;
    Owned<natsSubscription> subscription_;
    std::vector<natsMsgList> heard_;
};

// --- the link -----------------------------------------------------------------------------

namespace {

Result<Owned<natsOptions>> options_of(const NatsOptions& wanted) {
    natsOptions* made = nullptr;
    TRY(check(natsOptions_Create(&made), "options"));
    Owned<natsOptions> options(made);
    TRY(check(natsOptions_SetURL(made, wanted.url.c_str()), "url"));
    TRY(check(natsOptions_SetTimeout(made, std::chrono::milliseconds(patience).count()),
              "options"));
    TRY(check(natsOptions_SetAllowReconnect(made, false), "options"));
    TRY(check(natsOptions_SetName(made, "cohort"), "options"));
    if (!wanted.credentials.empty())
        TRY(check(
            natsOptions_SetUserCredentialsFromFiles(made, wanted.credentials.c_str(), nullptr),
            "credentials"));
    if (!wanted.authority.empty()) {
        TRY(check(natsOptions_SetSecure(made, true), "tls"));
        TRY(check(natsOptions_LoadCATrustedCertificates(made, wanted.authority.c_str()), "tls"));
    }
    return options;
}

jsOptions js_options() {
    jsOptions options;
    jsOptions_Init(&options);
    options.Wait = std::chrono::milliseconds(patience).count();
    return options;
}

std::string subject_of(const NatsOptions& options, std::string_view topic) {
    return options.stream + ".events." + std::string(topic);
}

}  // namespace

Result<std::unique_ptr<NatsLink>> NatsLink::connect(const NatsOptions& options) {
    const auto wanted = TRY(options_of(options));
    auto link = std::make_unique<NatsLink>();
    natsConnection* connection = nullptr;
    TRY(check(natsConnection_Connect(&connection, wanted.get()), "away"));
    link->connection_.reset(connection);
    jsOptions js = js_options();
    jsCtx* stream = nullptr;
    TRY(check(natsConnection_JetStream(&stream, connection, &js), "away"));
    link->stream_.reset(stream);
    TRY(link->ensure_stream(options));
    return link;
}

// One that is there with other settings is somebody's choice.
Result<void> NatsLink::ensure_stream(const NatsOptions& options) {
    const std::string subjects = subject_of(options, ">");
    const char* const subject = subjects.c_str();
    const char* all[] = {subject};
    jsStreamConfig config;
    jsStreamConfig_Init(&config);
    config.Name = options.stream.c_str();
    config.Subjects = all;
    config.SubjectsLen = 1;
    config.Storage = js_FileStorage;
    config.MaxAge = std::chrono::nanoseconds(kept_in_stream).count();
    jsErrCode code{};
    jsStreamInfo* info = nullptr;
    const auto status = js_AddStream(&info, stream_.get(), &config, nullptr, &code);
    const Owned<jsStreamInfo> made(info);
    if (code == JSStreamNameExistErr) return {};
    return check(status, "stream");
}

Result<void> NatsLink::listen(const NatsOptions& options, const std::string& subscriber,
                              const std::string& topic) {
    jsSubOptions how;
    jsSubOptions_Init(&how);
    how.Stream = options.stream.c_str();
    how.Config.AckWait = std::chrono::nanoseconds(acknowledge_within).count();
    how.Config.MaxAckPending = -1;  // of one topic no more are told than were published
    natsSubscription* subscription = nullptr;
    jsErrCode code{};
    TRY(check(js_PullSubscribe(&subscription, stream_.get(), subject_of(options, topic).c_str(),
                               subscriber.c_str(), nullptr, &how, &code),
              "consumer"));
    subscription_.reset(subscription);
    return {};
}

Result<void> NatsLink::put(const NatsOptions& options, const Event& event) {
    const std::string text = text_of(event);
    jsPubOptions how;
    jsPubOptions_Init(&how);
    how.MsgId = event.id.c_str();
    jsErrCode code{};
    return check(js_Publish(nullptr, stream_.get(), subject_of(options, event.topic).c_str(),
                            text.data(), static_cast<int>(text.size()), &how, &code),
                 "publish");
}

// The first message is waited for; with it comes what is there already.
Result<std::int64_t> NatsLink::hear(std::chrono::milliseconds wait) {
    forget();
    jsErrCode code{};
    natsMsgList first{};
    const auto status = natsSubscription_Fetch(&first, subscription_.get(), 1, wait.count(), &code);
    if (status == NATS_TIMEOUT) {
        // So is a consumer answered that is no more.
        jsConsumerInfo* info = nullptr;
        const auto asked =
            natsSubscription_GetConsumerInfo(&info, subscription_.get(), nullptr, &code);
        const Owned<jsConsumerInfo> there(info);
        TRY(check(asked, "consumer"));
        return std::int64_t{0};
    }
    TRY(check(status, "hear"));
    heard_.push_back(first);
    jsFetchRequest more{};
    more.Batch = messages_at_once;
    more.NoWait = true;
    more.Expires = std::chrono::nanoseconds(patience).count();
    natsMsgList rest{};
    if (natsSubscription_FetchRequest(&rest, subscription_.get(), &more) == NATS_OK)
        heard_.push_back(rest);
    return highest();
}

std::int64_t NatsLink::highest() const {
    std::int64_t position = 0;
    for (const natsMsgList& list : heard_)
        for (int i = 0; i < list.Count; ++i)
            position = std::max(position, position_in(list.Msgs[i]));
    return position;
}

// An answer that is lost is one message more that is told again.
void NatsLink::answer(natsStatus (*how)(natsMsg*, jsOptions*)) {
    for (const natsMsgList& list : heard_)
        for (int i = 0; i < list.Count; ++i) (void)how(list.Msgs[i], nullptr);
    forget();
}

void NatsLink::forget() {
    for (natsMsgList& list : heard_) natsMsgList_Destroy(&list);
    heard_.clear();
}

// --- publisher and feed -------------------------------------------------------------------

namespace {

// Leaving joins the library's threads.
void leave(std::unique_ptr<NatsLink>& link) {
    if (!link) return;
    weft::shield([&] { weft::blocking("leave NATS", [&] { link.reset(); }); });
}

}  // namespace

NatsPublisher::NatsPublisher(const NatsOptions& options) : options_(options) {}

NatsPublisher::~NatsPublisher() {
    leave(link_);
}

Result<void> NatsPublisher::put(std::span<const Event> events) {
    auto done = weft::blocking("publish to NATS", [&]() -> Result<void> {
        if (!link_) link_ = TRY(NatsLink::connect(options_));
        for (const Event& event : events) TRY(link_->put(options_, event));
        return {};
    });
    if (!done) leave(link_);
    return done;
}

NatsFeed::NatsFeed(const NatsOptions& options, std::string subscriber, std::string topic)
    : options_(options), subscriber_(std::move(subscriber)), topic_(std::move(topic)) {}

NatsFeed::~NatsFeed() {
    leave(link_);
}

Result<std::int64_t> NatsFeed::hear(std::chrono::milliseconds wait) {
    auto heard = weft::blocking("hear from NATS", [&]() -> Result<std::int64_t> {
        if (!link_) {
            auto link = TRY(NatsLink::connect(options_));
            TRY(link->listen(options_, subscriber_, topic_));
            link_ = std::move(link);
        }
        return link_->hear(wait);
    });
    if (!heard) leave(link_);
    return heard;
}

void NatsFeed::acknowledge() {
    if (link_) weft::blocking("answer to NATS", [&] { link_->answer(natsMsg_Ack); });
}

void NatsFeed::decline() {
    if (link_) weft::blocking("answer to NATS", [&] { link_->answer(natsMsg_Nak); });
}

}  // namespace cohort::events
