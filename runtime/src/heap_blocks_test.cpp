// SPDX-License-Identifier: Apache-2.0
// What malloc has given out is told from what it has not.
#include "runtime/src/heap_blocks.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "runtime/src/fiber.h"
#include "tests/support/child.h"
#include "tests/support/test.h"

namespace weft::inline abi1::detail {
namespace {

#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
constexpr bool other_malloc = true;
#else
constexpr bool other_malloc = false;
#endif
// An emulator tells the first heap like any other mapping, without its name.
bool no_blocks() {
    return other_malloc || test::emulated();
}

std::uintptr_t address(const void* at) {
    return reinterpret_cast<std::uintptr_t>(at);
}

struct Read {
    Read() {
        fine = read_mappings(mappings);
        cut_out_stacks(mappings);
        fine &= blocks.read(mappings);
    }
    raw::Pile<Mapping> mappings;
    HeapBlocks blocks;
    bool fine = false;
};

bool knows(HeapBlocks& blocks, const void* block, std::size_t bytes) {
    const HeapBlock found = blocks.around(address(block));
    const HeapBlock by_its_end = blocks.around(address(block) + bytes - 1);
    return found.low == address(block) && found.end >= address(block) + bytes &&
           by_its_end.low == found.low;
}

}  // namespace

TEST_CASE("each block that malloc has given out is found by any address in it" *
          doctest::skip(no_blocks())) {
    std::vector<std::pair<std::unique_ptr<char[]>, std::size_t>> all;
    for (const std::size_t bytes : {1U, 24U, 25U, 64U, 1000U, 5000U, 60'000U, 120'000U})
        for (int i = 0; i < 20; ++i) all.emplace_back(std::make_unique<char[]>(bytes), bytes);
    Read read;
    REQUIRE(read.fine);
    for (const auto& [block, bytes] : all) {
        INFO("bytes: ", bytes);
        CHECK(knows(read.blocks, block.get(), bytes));
    }
}

TEST_CASE("a block that was given back is none" * doctest::skip(no_blocks())) {
    std::vector<void*> gone;
    std::vector<std::unique_ptr<char[]>> between;  // so that they stay apart
    for (const std::size_t bytes : {40U, 200U, 3000U}) {
        gone.push_back(std::malloc(bytes));
        between.push_back(std::make_unique<char[]>(bytes));
    }
    for (void* block : gone) std::free(block);
    Read read;
    REQUIRE(read.fine);
    for (const void* block : gone) {
        const HeapBlock found = read.blocks.around(address(block));
        CHECK(found.low == found.end);
    }
}

namespace {
struct SmallBlocks {
    std::vector<void*> gone;
    std::vector<std::unique_ptr<char[]>> between;
    void allocate_and_free() {
        for (int i = 0; i < 50; ++i)
            for (const std::size_t bytes : {24U, 40U, 100U}) {
                gone.push_back(std::malloc(bytes));
                between.push_back(std::make_unique<char[]>(bytes));
            }
        for (void* block : gone) std::free(block);
    }
    void check_in(Read& read) const {
        REQUIRE(read.fine);
        const auto is_block = [&read](const void* at) {
            const HeapBlock found = read.blocks.around(address(at));
            return found.low != found.end;
        };
        CHECK(std::none_of(gone.begin(), gone.end(), is_block));
        CHECK(std::all_of(between.begin(), between.end(),
                          [&](const auto& one) { return is_block(one.get()); }));
    }
};
}  // namespace

TEST_CASE("of many small blocks that were given back none is one" * doctest::skip(no_blocks())) {
    SmallBlocks small;
    small.allocate_and_free();
    Read read;
    small.check_in(read);
}

TEST_CASE("nor one that another thread has given back" * doctest::skip(no_blocks())) {
    SmallBlocks small;
    std::thread([&] { small.allocate_and_free(); }).join();
    Read read;
    small.check_in(read);
}

TEST_CASE("what points just behind a block belongs to that block" * doctest::skip(no_blocks())) {
    const auto block = std::make_unique<char[]>(24);  // all of what malloc calls 32
    Read read;
    REQUIRE(read.fine);
    CHECK(read.blocks.around(address(block.get()) + 24).low == address(block.get()));
}

TEST_CASE("a block is marked once" * doctest::skip(no_blocks())) {
    const auto one = std::make_unique<char[]>(100);
    const auto other = std::make_unique<char[]>(100);
    Read read;
    REQUIRE(read.fine);
    const HeapBlock block = read.blocks.around(address(one.get()));
    CHECK(read.blocks.mark(block));
    CHECK_FALSE(read.blocks.mark(block));
    CHECK(read.blocks.mark(read.blocks.around(address(other.get()))));
}

TEST_CASE("the blocks of other threads' arenas are found, too" * doctest::skip(no_blocks())) {
    std::unique_ptr<char[]> block;
    std::thread([&] { block = std::make_unique<char[]>(500); }).join();
    Read read;
    REQUIRE(read.fine);
    CHECK(knows(read.blocks, block.get(), 500));
}

TEST_CASE("what is no heap has no blocks" * doctest::skip(no_blocks())) {
    static int variable = 0;
    int local = 0;
    Read read;
    for (const void* at : {static_cast<const void*>(&variable), static_cast<const void*>(&local)}) {
        const HeapBlock found = read.blocks.around(address(at));
        CHECK(found.low == found.end);
    }
}

}  // namespace weft::inline abi1::detail
