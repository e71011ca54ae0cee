// SPDX-License-Identifier: Apache-2.0
// What a program sees of a shared library that uses weft inside: nothing of weft.
#pragma once

int beds_taken();
