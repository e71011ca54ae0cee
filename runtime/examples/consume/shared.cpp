// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "ward.h"

int main() {
    std::printf("%d beds\n", beds_taken());
}

// Output:
// 6 beds
