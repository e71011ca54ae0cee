// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/memory_search.h"

#include <algorithm>

#include "runtime/src/goroutine.h"
#include "runtime/src/runtime.h"
#include "runtime/src/stack.h"
#include "runtime/src/wait_ends.h"

namespace weft::inline abi1::detail {
namespace {

constexpr std::uintptr_t red_zone = 128;  // below the stack pointer, in use nevertheless
constexpr std::uintptr_t word_bytes = sizeof(std::uintptr_t);

bool is_among(std::uintptr_t address, const Mapping& mapping) noexcept {
    return address >= mapping.low && address < mapping.end;
}

// Of a worker's thread while it runs goroutines; 0: it has not run one.
std::uintptr_t idle_stack_pointer(const Worker& worker) noexcept {
    return worker.idle == nullptr ? 0 : reinterpret_cast<std::uintptr_t>(worker.idle->fiber.sp);
}

}  // namespace

bool MemorySearch::from_roots() noexcept {
    if (!read_mappings(mappings_)) return false;
    cut_out_the_runtimes_own();
    if (!heap_.read(mappings_)) return false;
    forget_the_runtimes_own();
    meet_goroutines();
    for (const Mapping& one : mappings_) add_mapping(one);
    add_threads();
    std::sort(ends_.begin(), ends_.end(), [](const End& a, const End& b) { return a.at < b.at; });
    check_every_end_has_a_place();
    for (const Range& root : roots_) tell_ends_in(root);
    for (std::size_t i = 0; i < roots_.size(); ++i) {
        to_search_.push(roots_[i]);
        follow();
    }
    for (Frame& frame : frames_)
        if (frame.wait == none) {
            mark(frame);
            follow();
        }
    return !frames_.failed() && !ends_.failed() && !roots_.failed() && !to_search_.failed() &&
           !told_.failed() && !frame_of_wait_.failed();
}

void MemorySearch::from(std::uint32_t wait) noexcept {
    const std::uint32_t frame = frame_of_wait_[wait];
    if (frame == none) return;
    mark(frames_[frame]);
    follow();
}

void MemorySearch::cut_out_the_runtimes_own() noexcept {
    const Range board = Range::of(StoppedThreads::memory(), StoppedThreads::memory_bytes());
    cut_out(mappings_, task_.own.low, task_.own.end);
    cut_out(mappings_, board.low, board.end);
    cut_out_stacks(mappings_);
}

// What a worker has left behind of its last switch is no end of anybody's. Blocks of goroutines
// lead from everybody to everybody: what of them counts is looked at by itself.
void MemorySearch::forget_the_runtimes_own() noexcept {
    if (Runtime* runtime = Runtime::current())
        for (const auto& worker : runtime->workers)
            if (worker->after == After::nothing) worker->release_arg = nullptr;
    each_slab(
        [](Goroutine* first, std::size_t count, void* search) {
            static_cast<MemorySearch*>(search)->pass_over_slab(
                Range::of(first, count * sizeof *first));
        },
        this);
    // The registers are there as well, and count only where they are somebody's.
    for (std::size_t i = 0; i < task_.threads->count(); ++i)
        pass_over_block((*task_.threads)[i].handler_stack);
}

// A large one has memory of its own, in which no blocks are walked.
void MemorySearch::pass_over_slab(Range range) noexcept {
    if (!pass_over_block(range.low)) cut_out(mappings_, range.low, range.end);
}

bool MemorySearch::pass_over_block(std::uintptr_t address) noexcept {
    const HeapBlock block = heap_.around(address);
    const bool is_one = block.end != block.low;
    if (is_one) heap_.mark(block);
    return is_one;
}

void MemorySearch::meet_goroutines() noexcept {
    for (std::size_t i = 0; i < task_.count; ++i) {
        frame_of_wait_.push(none);
        told_.push(false);
    }
    struct Walk {
        MemorySearch* search;
        std::size_t next;
    } walk{this, 0};
    each_slab(
        [](Goroutine* first, std::size_t count, void* arg) {
            auto& my = *static_cast<Walk*>(arg);
            for (std::size_t i = 0; i < count; ++i) my.search->meet(first + i, my.next);
        },
        &walk);
    std::sort(frames_.begin(), frames_.end(),
              [](const Frame& a, const Frame& b) { return a.low < b.low; });
    for (std::uint32_t i = 0; i < frames_.size(); ++i)
        if (frames_[i].wait != none) frame_of_wait_[frames_[i].wait] = i;
    if (!frames_.empty()) all_frames_ = {frames_[0].low, frames_[frames_.size() - 1].end};
}

// The waits stand in the order in which the blocks are met.
void MemorySearch::meet(Goroutine* g, std::size_t& next) noexcept {
    const bool is_next = next < task_.count && task_.waits[next].goroutine == g;
    const auto wait = is_next ? static_cast<std::uint32_t>(next++) : none;
    const Life life = g->life.load(std::memory_order_relaxed);
    if (life == Life::fresh) add_root(Range::of(&g->fresh, sizeof g->fresh));
    const bool same = is_next && wait_is_unchanged(*g, task_.waits[wait].sequence);
    if (is_next && !same) moved_.push(wait);
    if (life != Life::alive || g->thread != nullptr || g->stack.low == nullptr) return;
    const auto low = reinterpret_cast<std::uintptr_t>(g->stack.low);
    const bool parked = same || g->off.load(std::memory_order_relaxed);
    frames_.push({g, in_use_from(*g, parked), low + g->stack.bytes, same ? wait : none, false});
    if (same) note_ends(*g, wait);
}

bool MemorySearch::wait_is_unchanged(const Goroutine& g, std::uint64_t sequence) const noexcept {
    const auto word = g.wake.load(std::memory_order_relaxed);
    return sequence_of(word) == sequence && (word & wake_bits::armed) != 0 &&
           g.life.load(std::memory_order_relaxed) == Life::alive &&
           g.off.load(std::memory_order_relaxed);
}

// Who runs has the stack pointer of the thread it runs on.
std::uintptr_t MemorySearch::in_use_from(const Goroutine& g, bool parked) const noexcept {
    const Range stack = Range::of(g.stack.low, g.stack.bytes);
    const StoppedThreads& threads = *task_.threads;
    for (std::size_t i = 0; i < threads.count(); ++i)
        if (stack.has(threads[i].stack_pointer)) return threads[i].stack_pointer - red_zone;
    if (stack.has(task_.stack_pointer)) return task_.stack_pointer;
    const auto saved = reinterpret_cast<std::uintptr_t>(g.fiber.sp);
    return parked && stack.has(saved) ? saved : stack.low;
}

void MemorySearch::note_ends(const Goroutine& g, std::uint32_t wait) noexcept {
    const WaitKind kind = g.begun.note.kind;
    if (!ends_by_one_of_several(kind) && kind != WaitKind::wait_group) return;
    const WaitEnds ends = ends_of(kind, g.begun.note.object);
    if (ends.anybody || (kind == WaitKind::wait_group && ends.count == 0)) tell_reached(wait);
    for (std::size_t i = 0; i < ends.count; ++i)
        ends_.push({reinterpret_cast<std::uintptr_t>(ends.at[i]), wait});
}

// A thread's stack is in use from its stack pointer on. What lies below is of calls that are over,
// if the stack begins where the mapping does: then a guard stands before it.
std::uintptr_t MemorySearch::in_use_from(const Mapping& mapping) const noexcept {
    if (!mapping.guarded && !mapping.main_stack) return mapping.low;
    std::uintptr_t lowest = mapping.end;
    const StoppedThreads& threads = *task_.threads;
    for (std::size_t i = 0; i < threads.count(); ++i)
        if (is_among(threads[i].stack_pointer, mapping))
            lowest = std::min(lowest, threads[i].stack_pointer - red_zone);
    if (is_among(task_.stack_pointer, mapping)) lowest = std::min(lowest, task_.stack_pointer);
    if (const Runtime* runtime = Runtime::current())
        for (const auto& worker : runtime->workers)
            if (const auto saved = idle_stack_pointer(*worker); is_among(saved, mapping))
                lowest = std::min(lowest, saved);
    return lowest == mapping.end ? mapping.low : std::max(lowest, mapping.low);
}

void MemorySearch::add_mapping(const Mapping& mapping) noexcept {
    if (mapping.of_libc || mapping.low == mapping.end || heap_.is_walked(mapping)) return;
    const std::uintptr_t low = in_use_from(mapping);
    if (!mapping.anonymous) return add_root({low, mapping.end});
    PresentPages pages;
    pages.each(low, mapping.end, [this](std::uintptr_t from, std::uintptr_t end) {
        if (!roots_.empty() && roots_[roots_.size() - 1].end == from)
            roots_[roots_.size() - 1].end = end;
        else
            add_root({from, end});
    });
}

// A worker that looks for work has in its registers what the last goroutine has left there.
bool MemorySearch::runs_nothing(const StoppedThread& thread) const noexcept {
    const Runtime* runtime = Runtime::current();
    return runtime != nullptr &&
           std::any_of(runtime->workers.begin(), runtime->workers.end(), [&](const auto& worker) {
               return worker->tid.load(std::memory_order_relaxed) == thread.id &&
                      worker->current == worker->idle;
           });
}

void MemorySearch::add_threads() noexcept {
    for (std::size_t i = 0; i < task_.threads->count(); ++i) {
        const StoppedThread& one = (*task_.threads)[i];
        if (runs_nothing(one)) continue;
        add_root(Range::of(&one.registers, sizeof one.registers));
        add_root(Range::of(one.vector_registers, sizeof one.vector_registers));
    }
}

// What lies where nothing is searched may be anybody's.
void MemorySearch::check_every_end_has_a_place() noexcept {
    for (const End& end : ends_) {
        const HeapBlock block = heap_.around(end.at);
        const bool known = frame_of(end.at) != nullptr || block.end != block.low ||
                           std::any_of(roots_.begin(), roots_.end(),
                                       [&](const Range& root) { return root.has(end.at); });
        if (!known) tell_reached(end.wait);
    }
}

void MemorySearch::add_root(Range range) noexcept {
    range.low = (range.low + word_bytes - 1) & ~(word_bytes - 1);
    if (range.low < range.end) roots_.push(range);
}

__attribute__((no_sanitize("address"))) void MemorySearch::follow() noexcept {
    while (!to_search_.empty()) {
        const Range range = to_search_.pop();
        for (auto at = range.low; at + word_bytes <= range.end; at += word_bytes)
            see(*raw::at<volatile std::uintptr_t>(at));
    }
}

// Nearly every word is none of them.
void MemorySearch::see(std::uintptr_t word) noexcept {
    if (!all_frames_.has(word)) {
        if (heap_.has(word)) see_block(word);
        return;
    }
    if (Frame* frame = frame_of(word)) return mark(*frame);
    see_block(word);
}

void MemorySearch::see_block(std::uintptr_t word) noexcept {
    const HeapBlock block = heap_.around(word);
    if (block.end == block.low || !heap_.mark(block)) return;
    tell_ends_in({block.low, block.end});
    to_search_.push({block.low, block.end});
}

// With its frame go its variables of its own and its context's values.
void MemorySearch::mark(Frame& frame) noexcept {
    if (std::exchange(frame.marked, true)) return;
    tell_ends_in({frame.low, frame.end});
    to_search_.push({frame.low, frame.end});
    see(reinterpret_cast<std::uintptr_t>(frame.goroutine->begun.locals));
    see(reinterpret_cast<std::uintptr_t>(frame.goroutine->begun.far_closure));
}

void MemorySearch::tell_ends_in(Range range) noexcept {
    auto at = std::lower_bound(ends_.begin(), ends_.end(), range.low,
                               [](const End& end, std::uintptr_t low) { return end.at < low; });
    for (; at != ends_.end() && at->at < range.end; ++at) tell_reached(at->wait);
}

void MemorySearch::tell_reached(std::uint32_t wait) noexcept {
    if (!std::exchange(told_[wait], true)) reached_.push(wait);
}

MemorySearch::Frame* MemorySearch::frame_of(std::uintptr_t address) noexcept {
    auto after = std::upper_bound(frames_.begin(), frames_.end(), address,
                                  [](std::uintptr_t a, const Frame& f) { return a < f.low; });
    if (after == frames_.begin() || address >= (after - 1)->end) return nullptr;
    return after - 1;
}

}  // namespace weft::inline abi1::detail
