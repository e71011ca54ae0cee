// SPDX-License-Identifier: Apache-2.0
// What the others misuse, used rightly: this one must compile.
#include <string>
#include <string_view>

#include "weft/select.h"
#include "weft/wait_group.h"

void control() {
    auto [tx, rx] = weft::channel<std::string>(1);
    auto second = tx.clone();
    auto moved = std::move(tx);
    auto shared = weft::channel<weft::unsafe_share<std::string_view>>(1);
    weft::WaitGroup group;
    auto token = group.token();
    weft::select(weft::on(rx, [](std::string) {}), weft::otherwise([] {}));
}
