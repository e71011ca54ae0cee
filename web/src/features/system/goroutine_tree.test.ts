// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import type { RunningGoroutine } from "@/api";
import { goroutineTree, type Branch } from "./goroutine_tree";

const goroutine = (id: number, parent?: number): RunningGoroutine => ({
  id,
  state: "running",
  calls: [],
  ...(parent === undefined ? {} : { parent }),
});

const shape = (branches: Branch[]): unknown =>
  branches.map(({ goroutine: { id }, started }) => [id, shape(started)]);

test("each goroutine stands below the one that started it", () => {
  const tree = goroutineTree([goroutine(4, 2), goroutine(2, 1), goroutine(3, 2), goroutine(9, 3)]);
  expect(shape(tree)).toEqual([
    [
      2,
      [
        [4, []],
        [3, [[9, []]]],
      ],
    ],
  ]);
});

test("who was started by somebody who is not shown stands at the top, and nobody is lost", () => {
  expect(shape(goroutineTree([goroutine(7), goroutine(8, 5)]))).toEqual([
    [7, []],
    [8, []],
  ]);
});
