// SPDX-License-Identifier: Apache-2.0
import type { AnsweredTask } from "@/api/schema";

export interface Trend {
  name: string;
  /** By time; at least two. */
  points: { at: string; value: number; text: string }[];
}

/** The scores that are numbers, each with its name and questionnaire, where there is a way to show. */
export function trendsOf(answered: readonly AnsweredTask[]): Trend[] {
  const all = new Map<string, Trend>();
  for (const { task, title, scores } of answered)
    for (const { name, value } of scores) {
      if (value === null || value === "" || !Number.isFinite(Number(value))) continue;
      const trend = all.get(`${title}/${name}`) ?? { name: `${title}: ${name}`, points: [] };
      trend.points.push({ at: task.answered_at ?? task.day, value: Number(value), text: value });
      all.set(`${title}/${name}`, trend);
    }
  return [...all.values()].flatMap(({ name, points }) => {
    points.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
    return points.length > 1 ? [{ name, points }] : [];
  });
}
