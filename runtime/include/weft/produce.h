// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <source_location>
#include <type_traits>
#include <utility>

#include "weft/channel.h"
#include "weft/scope.h"

namespace weft::inline abi1 {

/// Starts `workers` goroutines that send into one channel, and gives its receiving end. Each worker
/// has a Sender of its own, which goes with it; the caller never sees one, so no forgotten original
/// can keep the channel open: it ends when the last worker has ended.
///
/// Shape:   `f(Sender<T>&)`, or `f(Sender<T>&, std::size_t worker)`; each worker has a copy of `f`.
///          The goroutines belong to the innermost owner in force, as with go().
/// Errors:  those of the workers go to their owner. When the Receiver is dropped, a worker's next
///          send says so, and the worker ends.
/// Example: `for (Row row : produce<Row>(4, parse_files)) …`
template <class T, class F>
    requires std::invocable<F&, Sender<T>&> || std::invocable<F&, Sender<T>&, std::size_t>
Receiver<T> produce(std::size_t workers, F f, std::size_t capacity = 0, const char* name = nullptr,
                    const std::source_location& where = std::source_location::current()) {
    static_assert(std::is_copy_constructible_v<F>, "each worker has a copy of the function");
    auto ends = channel<T>(capacity, name, where);
    {
        const Sender<T> original = std::move(ends.first);  // gone before the caller goes on
        for (std::size_t i = 0; i < workers; ++i)
            go(
                name,
                [f, i, sender = original.clone()]() mutable {
                    (void)i;  // for those who ask which worker they are
                    if constexpr (std::invocable<F&, Sender<T>&, std::size_t>)
                        (void)f(sender, i);
                    else
                        (void)f(sender);
                },
                where);
    }
    return std::move(ends.second);
}

}  // namespace weft::inline abi1
