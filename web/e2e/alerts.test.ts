// SPDX-License-Identifier: Apache-2.0
// Who is on call and the answers that call them, on the real server: each alert is there within
// seconds, is taken care of once, and is shown to nobody who may not see the answers.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PatientAlert, Site, SubjectTasks, UserPage } from "../src/api/schema";
import { startBinary, type Binary } from "./binary";
import { inspect, inspectAsItIs, launch, newPage } from "./browser";
import { Api } from "./fill/api";
import { secondCoordinator } from "./fill/fill";
import { invitePatient, PatientApi, type Invited } from "./fill/patients";
import { signIn } from "./steps";

const binary = process.env.COHORT_BINARY;
const follows = { timeout: 10_000 };

/** A subject of the same study who has been invited as well. */
async function anotherPatient(staff: Api, study: string): Promise<Invited> {
  const { sites } = await staff.get<{ sites: Site[] }>(`/studies/${study}`);
  const { id: subject } = await staff.call<{ id: string }>("POST", `/studies/${study}/subjects`, {
    site: sites[0]?.id,
  });
  const way = await staff.call<{ link: string; code: string }>(
    "POST",
    `/subjects/${subject}/invitation`,
  );
  return { study, subject, ...way };
}

/** Ends every grant of these roles. */
async function takeRoles(admin: Api, roles: readonly string[]): Promise<void> {
  const { users } = await admin.get<UserPage>("/users");
  for (const user of users)
    for (const grant of user.roles)
      if (roles.includes(grant.role))
        await admin.call("DELETE", `/users/${user.id}/grants/${grant.id}`);
}

describe.skipIf(!binary)("the alerts", () => {
  let target: Binary;
  let browser: Browser;
  let page: Page;
  let staff: Api;
  let invited: Invited;
  let path = "";

  beforeAll(async () => {
    target = await startBinary(binary ?? "");
    ({ staff, invited } = await invitePatient(target));
    path = `/studies/${invited.study}`;
    browser = await launch();
    page = await newPage(browser, "en");
    await signIn(page, target, "coordinator@demo");
  });

  afterAll(async () => {
    await browser?.close();
    await target?.stop();
  });

  const alerts = (): Promise<number> => page.locator("[data-alert]").count();
  const open = async (api: Api): Promise<PatientAlert[]> =>
    (await api.get<{ alerts: PatientAlert[] }>(`${path}/patient-alerts`)).alerts;
  const keep = () => page.click(".ant-modal-footer .ant-btn-primary");

  test("the page says that nobody is called, and follows what a patient answers", async () => {
    await page.goto(`${target.url}${path}`);
    await page.click(`nav a[href="${path}/alerts"]`);
    await page.getByRole("heading", { name: "Nobody has to be called" }).waitFor();
    await inspect(page, "alerts-empty", ".empty");
    const patient = await PatientApi.comeIn(target, invited);
    const { tasks } = await staff.get<SubjectTasks>(`/subjects/${invited.subject}/tasks`);
    const [morning, noon, evening] = tasks.map(({ plan }) => plan);
    expect(await patient.answer(morning ?? "", 1)).toBe(201);
    expect(await patient.answer(noon ?? "", 1, "in danger")).toBe(201);
    await expect.poll(alerts, follows).toBe(1);
    expect(await patient.answer(evening ?? "", 1, "in danger")).toBe(201);
    await expect.poll(alerts, follows).toBe(2);
    await inspect(page, "alerts", "[data-alert]");
  });

  test("an alert names the subject, says who has been told, who is next and how long it waits", async () => {
    const [oldest] = await open(staff);
    const line = page.locator(`[data-alert="${oldest?.id}"]`);
    await line.getByRole("link", { name: `Subject ${oldest?.subject_key}` }).waitFor();
    await line.getByText(/^.*Waits for \d+ minutes?$/).waitFor();
    const told = await line.locator('[data-step="site"]').textContent();
    expect(told).toContain("The site: Dr Zhao Ming 赵明, Lin Yue 林悦");
    expect(await line.locator('[data-step="next"]').textContent()).toContain("Next: The monitor");
    expect(await line.locator(".alert-alarm").count()).toBe(0);
  });

  test("an alert leads to the answers and to the subject", async () => {
    const first = page.locator("[data-alert]").first();
    await first.getByRole("link", { name: "Look at the answers" }).click();
    await page.waitForURL(/\/responses\/[0-9a-f-]{36}$/);
    await page.locator(".response-alerts").getByText("thoughts").waitFor();
    await page.locator(".response-flag").waitFor();
    await inspectAsItIs(page, "response", ".response-flag");
    await page.goBack();
    await first.getByRole("link", { name: /^Subject / }).click();
    await page.waitForURL(`**${path}/subjects/${invited.subject}`);
    await page.goBack();
  });

  test("taking care of an alert needs words, keeps them, and ends it for all", async () => {
    const [oldest] = await open(staff);
    await page.locator(`[data-alert="${oldest?.id}"]`).getByRole("button").click();
    expect(await page.locator(".ant-modal-footer .ant-btn-primary").isDisabled()).toBe(true);
    await page.locator(".alert-note textarea").fill("Called at once: is not alone, comes today.");
    await inspectAsItIs(page, "alerts-take", ".ant-modal .soft");
    await keep();
    await expect.poll(alerts, follows).toBe(1);
    const left = await open(staff);
    expect(left.map(({ id }) => id)).not.toContain(oldest?.id);
    const response = await staff.get<{ alerts: PatientAlert[] }>(`/responses/${oldest?.response}`);
    expect(response.alerts[0]?.note).toBe("Called at once: is not alone, comes today.");
  });

  test("who comes second is told that somebody was first, and changes nothing", async () => {
    const [last] = await open(staff);
    await page.locator(`[data-alert="${last?.id}"]`).getByRole("button").click();
    await page.locator(".alert-note textarea").fill("Called too late");
    await staff.call("POST", `/patient-alerts/${last?.id}/acknowledge`, { note: "Was first" });
    await keep();
    await page.locator(".alert-refusal").getByText("Somebody else").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "Nobody has to be called" }).waitFor();
    const response = await staff.get<{ alerts: PatientAlert[] }>(`/responses/${last?.response}`);
    expect(response.alerts[0]?.note).toBe("Was first");
  });

  test("who builds the study sets after how long alerts are passed on, others only read it", async () => {
    expect(await page.locator(".alert-patience button").count()).toBe(0);
    const builder = await newPage(browser, "en");
    await signIn(builder, target, "data_manager@demo");
    await builder.goto(`${target.url}${path}/alerts`);
    await builder.getByText("Passed on after 15 minutes").waitFor();
    await builder.locator(".alert-patience button").click();
    await builder.locator(".alert-note input").fill("5");
    await inspectAsItIs(builder, "alerts-patience", ".ant-modal .soft");
    await builder.click(".ant-modal-footer .ant-btn-primary");
    await builder.getByText("Passed on after 5 minutes").waitFor();
    expect(await staff.get(`${path}/alert-patience`)).toEqual({ minutes: 5 });
    await builder.context().close();
  });

  test("another site's staff see no alert of this one, and who sees no answers has no page", async () => {
    const all = (api: Api) =>
      api.get<{ alerts: PatientAlert[] }>(`${path}/patient-alerts?state=all`);
    const admin = await Api.signIn(target.url, "admin@demo", target.passwordOf("admin@demo"));
    const monitor = await Api.signIn(target.url, "monitor@demo", target.passwordOf("monitor@demo"));
    const { sites } = await monitor.get<{ sites: Site[] }>(path);
    const [own] = (await all(staff)).alerts;
    const other = sites.find(({ id }) => id !== own?.site)?.id ?? "";
    const second = await secondCoordinator(target, admin, invited.study, other);
    expect((await all(staff)).alerts.length).toBe(2);
    expect((await all(second)).alerts).toEqual([]);
    const sponsor = await newPage(browser, "en");
    await signIn(sponsor, target, "sponsor@demo");
    await sponsor.goto(`${target.url}${path}/alerts`);
    await sponsor
      .getByRole("heading", { name: "Your role may not see what patients answer" })
      .waitFor();
    expect(await sponsor.locator(`nav a[href="${path}/alerts"]`).count()).toBe(0);
    await sponsor.context().close();
  });

  // Where nobody holds a role nobody is waited for, so that this takes no quarter of an hour.
  test("an alert is an alarm once nobody is left to be told and nobody has taken care of it", async () => {
    const admin = await Api.signIn(target.url, "admin@demo", target.passwordOf("admin@demo"));
    const second = await anotherPatient(staff, invited.study);
    const patient = await PatientApi.comeIn(target, second);
    await takeRoles(admin, ["coordinator", "investigator", "monitor", "safety_officer"]);
    const reading = await Api.signIn(target.url, "auditor@demo", target.passwordOf("auditor@demo"));
    const { tasks } = await reading.get<SubjectTasks>(`/subjects/${second.subject}/tasks`);
    expect(await patient.answer(tasks[0]?.plan ?? "", 1, "in danger")).toBe(201);
    const auditor = await newPage(browser, "en");
    await signIn(auditor, target, "auditor@demo");
    await auditor.goto(`${target.url}${path}/alerts`);
    await auditor.getByText("Alarm: nobody is left to be told").waitFor(follows);
    expect(await auditor.locator('[data-step="nobody"]').count()).toBe(1);
    expect(await auditor.locator('[data-step="next"]').count()).toBe(0);
    await inspect(auditor, "alerts-alarm", ".alert-alarm");
    await auditor.context().close();
  });
});
