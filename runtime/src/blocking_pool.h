// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "weft/blocking.h"

#include "runtime/src/goroutine.h"

namespace weft::inline abi1::detail {

class Runtime;

class BlockingPool {
  public:
    BlockingPool(Runtime& runtime, unsigned maximum) : runtime_(runtime), maximum_(maximum) {}
    ~BlockingPool();
    BlockingPool(const BlockingPool&) = delete;
    BlockingPool& operator=(const BlockingPool&) = delete;

    void submit(Job& job);
    /// The caller's wait for the job was interrupted: withdraws it, or waits until it is done.
    Ran interrupted(Job& job, const WaitNote& note);

  private:
    void serve();
    void unlink(Job& job);
    Runtime& runtime_;
    const unsigned maximum_;
    std::mutex mutex_;
    std::condition_variable work_;
    Job* head_ = nullptr;
    Job* tail_ = nullptr;
    std::size_t queued_ = 0;
    std::size_t idle_ = 0;
    bool ending_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace weft::inline abi1::detail
