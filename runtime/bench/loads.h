// SPDX-License-Identifier: Apache-2.0
// Loads that several rows share.
#pragma once

#include <cstdint>
#include <utility>

#include "weft/channel.h"
#include "weft/scope.h"

#include "rows.h"

namespace bench {

inline void produce(weft::Scope& s, weft::Sender<std::int64_t> out, std::int64_t values) {
    s.go([out = std::move(out), values]() mutable {
        for (std::int64_t i = 0; i < values; ++i)
            if (!out.send(i)) return;
    });
}

inline void consume(weft::Scope& s, weft::Receiver<std::int64_t> in) {
    s.go([in = std::move(in)]() mutable {
        std::int64_t sum = 0;
        for (const auto value : in) sum += value;
        keep(sum);
    });
}

inline void pass_on(weft::Scope& s, weft::Receiver<std::int64_t> in,
                    weft::Sender<std::int64_t> out) {
    s.go([in = std::move(in), out = std::move(out)]() mutable {
        for (const auto value : in)
            if (!out.send(value + 1)) return;
    });
}

/// A source and three stages joined by channels of 10; `middle` goroutines in the second stage.
inline void pipeline_load(weft::Scope& s, std::int64_t records, int middle) {
    auto [raw_tx, raw_rx] = weft::channel<std::int64_t>(10);
    auto [read_tx, read_rx] = weft::channel<std::int64_t>(10);
    auto [done_tx, done_rx] = weft::channel<std::int64_t>(10);
    produce(s, std::move(raw_tx), records);
    pass_on(s, std::move(raw_rx), std::move(read_tx));
    for (int i = 0; i < middle; ++i) pass_on(s, read_rx.clone(), done_tx.clone());
    consume(s, std::move(done_rx));
}

}  // namespace bench
