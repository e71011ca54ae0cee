// SPDX-License-Identifier: Apache-2.0
// gRPC by its callback API. gRPC's threads call back; what they bring is handed to goroutines, and
// no goroutine waits on one of gRPC's calls.
#include <chrono>
#include <cstdio>
#include <grpcpp/grpcpp.h>
#include <memory>
#include <string>
#include <utility>

#include "weft/blocking.h"
#include "weft/cancelled.h"
#include "weft/channel.h"
#include "weft/context.h"
#include "weft/outside_waker.h"
#include "weft/promise.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "ward.grpc.pb.h"

using namespace std::chrono_literals;

namespace {

// [service]
/// Every call must be answered: Shutdown() waits for that. So one that is dropped anywhere (no
/// room, nobody takes it any more, its goroutine is cancelled) is answered by its destructor.
struct Refuse {
    void operator()(grpc::ServerUnaryReactor* answer) const {
        answer->Finish({grpc::StatusCode::UNAVAILABLE, "busy or closing: try again"});
    }
};

struct Call {
    const ward::Sample* sample;
    ward::Finding* finding;
    grpc::CallbackServerContext* context;
    std::unique_ptr<grpc::ServerUnaryReactor, Refuse> answer;
};

/// Runs on gRPC's threads, so it never waits: a call goes to the goroutines, or is refused at once.
class Laboratory final : public ward::Laboratory::CallbackService {
  public:
    explicit Laboratory(weft::Sender<Call> calls) : calls_(std::move(calls)) {}

    grpc::ServerUnaryReactor* Measure(grpc::CallbackServerContext* context,
                                      const ward::Sample* sample, ward::Finding* finding) override {
        grpc::ServerUnaryReactor* answer = context->DefaultReactor();
        (void)calls_.try_send(Call{sample, finding, context, {answer, {}}});
        return answer;
    }

  private:
    weft::Sender<Call> calls_;
};

// A goroutine a call; the caller's deadline becomes the ambient one.
void measure(Call call) {
    const auto left = call.context->deadline() - std::chrono::system_clock::now();
    const auto done = weft::timeout(left, [&] {
        weft::sleep(std::chrono::milliseconds(call.sample->wait_ms()));
        call.finding->set_text("13.9 g/dL for " + call.sample->subject());
    });
    call.answer.release()->Finish(
        done ? grpc::Status::OK
             : grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "took too long"));
}
// [end]

// [client]
/// A unary call as a function that parks. The ambient deadline is sent along; when the context ends
/// the call is cancelled, and waited for: gRPC writes into what lives here.
weft::Result<ward::Finding> measure(ward::Laboratory::Stub& stub, const ward::Sample& sample) {
    grpc::ClientContext context;
    if (const auto deadline = weft::current_deadline())
        context.set_deadline(std::chrono::system_clock::now() + (*deadline - weft::Clock::now()));
    ward::Finding finding;
    auto ends = weft::promise<grpc::Status>("Measure");
    const weft::OutsideWaker answer;  // no goroutine, but gRPC, will wake who waits below
    stub.async()->Measure(
        &context, &sample, &finding,
        [promise = std::make_shared<weft::Promise<grpc::Status>>(std::move(ends.first))](
            grpc::Status status) { promise->set(std::move(status)); });
    try {
        const auto status = TRY(ends.second.get());
        if (status.ok()) return finding;
        // gRPC keeps the deadline too, and may notice it before we do.
        if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED)
            return weft::Error{weft::ErrorKind::timeout, "deadline", status.error_message()};
        return weft::Error{weft::ErrorKind::unavailable, "grpc", status.error_message()};
    } catch (const weft::Cancelled&) {
        context.TryCancel();
        weft::shield([&] { (void)ends.second.get(); });
        throw;
    }
}
// [end]

ward::Sample sample(const std::string& subject, int wait_ms) {
    ward::Sample one;
    one.set_subject(subject);
    one.set_wait_ms(wait_ms);
    return one;
}

void ask(ward::Laboratory::Stub& stub) {
    std::string findings[3];
    weft::scope([&](weft::Scope& callers) {
        for (int i = 0; i < 3; ++i)
            callers.go("ask", [&, i] {
                findings[i] = measure(stub, sample("S-00" + std::to_string(i), 20)).value().text();
            });
    });
    for (const auto& finding : findings) std::printf("%s\n", finding.c_str());
    const auto late =
        weft::timeout(50ms, [&] { return measure(stub, sample("S-003", 3'600'000)); });
    std::printf("an analysis of an hour: %s\n", late ? "done" : late.error().code.c_str());
}

// [serve]
int main_goroutine() {
    auto [out, calls] = weft::channel<Call>(64, "calls");
    Laboratory laboratory(std::move(out));
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&laboratory);
    const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    const weft::OutsideWaker callers;  // an idle server is not a deadlock
    (void)weft::cancellable([&, &calls = calls](weft::CancelHandle& handle) {
        weft::scope([&](weft::Scope& s) {
            s.go("serve", [&s, calls = std::move(calls)]() mutable {
                while (auto call = calls.recv())
                    s.go("measure",
                         [call = std::move(*call)]() mutable { measure(std::move(call)); });
            });
            const auto stub = ward::Laboratory::NewStub(grpc::CreateChannel(
                "127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials()));
            ask(*stub);
            handle.cancel();
        });
    });
    // Waits for gRPC's threads, hence on a real one.
    weft::blocking("shutdown", [&] { server->Shutdown(); });
    return 0;
}
// [end]

}  // namespace

int main() {
    return weft::run(main_goroutine);
}

// Output:
// 13.9 g/dL for S-000
// 13.9 g/dL for S-001
// 13.9 g/dL for S-002
// an analysis of an hour: deadline
