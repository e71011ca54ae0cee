// SPDX-License-Identifier: Apache-2.0
// How well patients answer, on the real server: each number on the page is as many rows as are behind
// it, and the page follows what patients do, what the study is told and what the clock does.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Occasions, PatientTask, ResponseRates, Site, SubjectTasks } from "../src/api/schema";
import { startBinary, type Binary } from "./binary";
import { inspect, inspectAsItIs, launch, newPage, tabTo } from "./browser";
import { Api } from "./fill/api";
import { dayBefore, secondCoordinator } from "./fill/fill";
import { invitePatient, PatientApi, type Invited } from "./fill/patients";
import { signIn } from "./steps";

const binary = process.env.COHORT_BINARY;
const follows = { timeout: 5_000 };

describe.skipIf(!binary)("response rates", () => {
  let target: Binary;
  let browser: Browser;
  let page: Page;
  let monitor: Api;
  let invited: Invited;
  let patient: PatientApi;
  let path = "";

  beforeAll(async () => {
    target = await startBinary(binary ?? "");
    browser = await launch();
    page = await newPage(browser, "en");
  });

  afterAll(async () => {
    await browser?.close();
    await target?.stop();
  });

  const staff = (login: string): Promise<Api> =>
    Api.signIn(target.url, login, target.passwordOf(login));
  const figures = (): Promise<{ row: string; state: string; shown: number }[]> =>
    page.$$eval("[data-row]", (rows) =>
      rows.flatMap((row) =>
        [...row.querySelectorAll("[data-state]")].map((cell) => ({
          row: row.getAttribute("data-row") ?? "",
          state: cell.getAttribute("data-state") ?? "",
          shown: Number(cell.textContent),
        })),
      ),
    );

  test("before anybody is asked the page says what will be there and how to begin", async () => {
    const coordinator = await staff("coordinator@demo");
    const { studies } = await coordinator.get<{ studies: { id: string }[] }>("/studies");
    path = `/studies/${studies[0]?.id ?? ""}`;
    await signIn(page, target, "monitor@demo");
    await page.goto(`${target.url}${path}/responses`);
    await page.getByRole("heading", { name: "Nobody has been asked yet" }).waitFor();
    await inspect(page, "responses-empty", ".empty");
  });

  test("each number is as many subjects as are behind it, and the sums are those of the rows", async () => {
    ({ invited } = await invitePatient(target));
    const [admin, first] = [await staff("admin@demo"), await staff("coordinator@demo")];
    monitor = await staff("monitor@demo");
    const { sites } = await monitor.get<{ sites: Site[] }>(path);
    const own = (await first.get<{ sites: Site[] }>(path)).sites[0]?.id ?? "";
    const other = sites.find(({ id }) => id !== own)?.id ?? "";
    const second = await secondCoordinator(target, admin, invited.study, other);
    for (const days of [0, 1, 1, 5, 9]) {
      const enrolled_on = dayBefore(days);
      await first.call("POST", `${path}/subjects`, { site: own, enrolled_on });
      await second.call("POST", `${path}/subjects`, { site: other, enrolled_on });
    }
    await page.waitForSelector("[data-row]", follows);
    await expect.poll(async () => (await figures()).length, follows).toBe(6 * 6);
    for (const { row, state, shown } of await figures()) {
      const { total } = await monitor.get<Occasions>(
        `${path}/response-rates/${row.replaceAll(".", "/")}?state=${state}`,
      );
      expect([row, state, shown]).toEqual([row, state, total]);
    }
    const { sums, rows } = await monitor.get<ResponseRates>(`${path}/response-rates`);
    const all = (state: "late" | "missed" | "due" | "answered") =>
      rows.reduce((sum, { tally }) => sum + tally[state], 0);
    for (const state of ["late", "missed", "due", "answered"] as const)
      expect([state, sums[state]]).toEqual([state, all(state)]);
    const lead = page.locator('[data-testid="rates-lead"]');
    expect(await lead.getAttribute("data-due")).toBe(String(sums.due));
    expect(sums.late).toBeGreaterThan(0);
    expect(sums.missed).toBeGreaterThan(0);
    await inspect(page, "responses", "[data-row]");
  });

  test("by the keyboard alone a late number leads to its subjects, and from there to one's schedule", async () => {
    await page.goto(`${target.url}${path}/responses?with=late`);
    await page.waitForSelector("[data-row]");
    await tabTo(page, 'td[data-state="late"] button');
    const number = Number(await page.evaluate(() => document.activeElement?.textContent));
    await page.keyboard.press("Enter");
    await page.waitForSelector(`[data-testid="occasions-total"][data-total="${number}"]`);
    expect(await page.locator('.occasions [data-state="late"]').count()).toBe(number);
    await inspectAsItIs(page, "responses-late", ".occasions-head");
    // A link to what is open shows the same.
    await page.reload();
    await page.waitForSelector(`[data-testid="occasions-total"][data-total="${number}"]`);
    await tabTo(page, ".occasions a");
    await page.keyboard.press("Enter");
    await page.waitForSelector("[data-task]");
    expect(page.url()).toMatch(/\/subjects\/[0-9a-f-]{36}\/questionnaires$/);
  });

  test("the page follows within five seconds what a patient answers", async () => {
    patient = await PatientApi.comeIn(target, invited);
    const tasks = await monitor.get<SubjectTasks>(`/subjects/${invited.subject}/tasks`);
    const plan = tasks.tasks[0]?.plan ?? "";
    await page.goto(`${target.url}${path}/responses?plan=${plan}`);
    const row = page.locator(`[data-row*=".${plan}."]`).filter({ has: page.locator(".rate") });
    await row.first().waitFor();
    const answered = () =>
      page.$$eval("[data-row] .rate", (all) =>
        all.reduce((sum, one) => sum + Number(one.getAttribute("data-answered")), 0),
      );
    const before = await answered();
    expect(await patient.answer(plan, 1)).toBe(201);
    await expect.poll(answered, follows).toBe(before + 1);
  });

  test("a pause is on every page within five seconds, nothing is taken in it, and it ends", async () => {
    const manager = await newPage(browser, "en");
    await signIn(manager, target, "data_manager@demo");
    await manager.goto(`${target.url}${path}/responses`);
    await manager.getByRole("button", { name: "Pause questionnaires" }).click();
    await manager.getByLabel(/Why they are paused/).fill("A recall of the drug");
    await manager.locator(".ant-modal-footer .ant-btn-primary").click();
    await manager.getByRole("button", { name: "Go on with questionnaires" }).waitFor(follows);
    await page.waitForSelector(".paused-note", follows);
    await inspectAsItIs(page, "responses-paused", ".paused-note");
    const { tasks } = await monitor.get<SubjectTasks>(`/subjects/${invited.subject}/tasks`);
    const open = tasks.find(({ state }) => state === "open");
    expect(await patient.answer(open?.plan ?? "", 1)).toBe(422);
    await manager.getByRole("button", { name: "Go on with questionnaires" }).click();
    await page.waitForSelector(".paused-note", { ...follows, state: "detached" });
    expect(await patient.answer(open?.plan ?? "", 1)).toBe(201);
    await manager.context().close();
  });

  test("a subject's schedule shows every window with its state, by the site's clocks", async () => {
    await page.goto(`${target.url}${path}/subjects/${invited.subject}/questionnaires`);
    await page.waitForSelector("[data-task]");
    const { tasks } = await monitor.get<SubjectTasks>(`/subjects/${invited.subject}/tasks`);
    const stateOf = ({ state, answered_late }: PatientTask): string =>
      state !== "done" ? state : answered_late ? "answered_late" : "on_time";
    const shown = await page.$$eval("[data-task]", (rows) =>
      rows.map((row) => [
        row.getAttribute("data-task"),
        row.querySelector("[data-state]")?.getAttribute("data-state"),
        row.querySelector("time")?.getAttribute("datetime"),
      ]),
    );
    expect(shown).toEqual(
      tasks.map((task) => [
        `${task.plan}.${task.number}`,
        stateOf(task),
        new Date(task.opens_at).toISOString(),
      ]),
    );
    await inspect(page, "schedule", "[data-task]");
  });

  test("who may not see subjects is told so, and a count that fails says what to do", async () => {
    const sponsor = await newPage(browser, "en");
    await signIn(sponsor, target, "sponsor@demo");
    await sponsor.goto(`${target.url}${path}/responses`);
    await sponsor.getByRole("heading", { name: "Your role may not see subjects" }).waitFor();
    expect(await sponsor.locator(`nav a[href="${path}/responses"]`).count()).toBe(0);
    await sponsor.context().close();
    await page.route("**/response-rates?*", (route) => route.abort());
    await page.goto(`${target.url}${path}/responses`);
    await page.getByRole("button", { name: "Try again" }).waitFor();
    await page.unrouteAll();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.waitForSelector("[data-row]");
  });
});
