// SPDX-License-Identifier: Apache-2.0
// Reports pushed from their page, on the real server, to a receiver that writes down what it gets.
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PushSchedules, SiteReports, SubjectTasks } from "../src/api/schema";
import { startBinary, type Binary } from "./binary";
import { inspect, inspectAsItIs, launch, newPage } from "./browser";
import { Api } from "./fill/api";
import { invitePatient, PatientApi } from "./fill/patients";
import { signIn } from "./steps";

const binary = process.env.COHORT_BINARY;
const token = "a-token-of-the-site";
const follows = { timeout: 10_000 };

/** Takes every report that comes with the token, as docs/push.md says. */
function receive(kept: Map<string, string>): Promise<Server> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const delivery = request.url?.split("/").at(-1) ?? "";
      const isKnown = request.headers.authorization === `Bearer ${token}`;
      if (isKnown && request.method === "PUT")
        kept.set(delivery, createHash("sha256").update(Buffer.concat(parts)).digest("hex"));
      const sha256 = kept.get(delivery);
      response.writeHead(isKnown ? (sha256 ? 201 : 404) : 401);
      response.end(JSON.stringify({ delivery, sha256, receipt: "kept" }));
    });
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

describe.skipIf(!binary)("the push of reports", () => {
  const kept = new Map<string, string>();
  let target: Binary;
  let browser: Browser;
  let receiver: Server;
  let page: Page;
  let api: Api;
  let study = "";

  beforeAll(async () => {
    target = await startBinary(binary ?? "");
    receiver = await receive(kept);
    const { invited } = await invitePatient(target);
    study = invited.study;
    const patient = await PatientApi.comeIn(target, invited);
    api = await Api.signIn(target.url, "data_manager@demo", target.passwordOf("data_manager@demo"));
    const { tasks } = await api.get<SubjectTasks>(`/subjects/${invited.subject}/tasks`);
    for (const { plan, number } of tasks) await patient.answer(plan, number);
    browser = await launch();
    page = await newPage(browser, "en");
    await signIn(page, target, "data_manager@demo");
  });

  afterAll(async () => {
    await browser?.close();
    await target?.stop();
    receiver?.close();
  });

  const reports = async (): Promise<SiteReports[]> =>
    (await api.get<{ sites: SiteReports[] }>(`/studies/${study}/report-receivers`)).sites;
  const ours = async (): Promise<SiteReports> => {
    const site = (await reports()).find((one) => one.waiting + one.acknowledged + one.refused > 0);
    if (!site) throw new Error("nobody has submitted anything");
    return site;
  };
  const row = (site: string) => page.locator(`[data-site="${site}"]`);
  const shown = async (site: string, standing: string): Promise<number> =>
    Number(await row(site).locator(`[data-standing="${standing}"]`).textContent());
  const submit = () => page.click(".ant-modal-footer .ant-btn-primary");

  test("reports of a site without a receiver are shown as waiting, and one is set by hand", async () => {
    await page.goto(`${target.url}/studies/${study}/push`);
    await page.waitForSelector("[data-site]");
    const { site, waiting } = await ours();
    expect(waiting).toBeGreaterThan(0);
    expect(await shown(site, "waiting")).toBe(waiting);
    await row(site).getByRole("button").click();
    await page.fill("#url", "http://reports.hospital.example/in");
    await page.fill("#token", token);
    await submit();
    await page.waitForSelector(".receiver-refusal");
    expect((await ours()).receiver).toBeNull();
    await inspectAsItIs(page, "push-receiver", ".ant-modal .soft");
    const { port } = receiver.address() as AddressInfo;
    await page.fill("#url", `http://127.0.0.1:${port}/reports`);
    await page.fill("#token", token);
    await submit();
    await row(site).getByText(`127.0.0.1:${port}/reports`).waitFor();
    expect((await ours()).receiver?.enabled).toBe(true);
  });

  test("a push is started on the page, and its job and the page say what the receiver has", async () => {
    const { site, waiting } = await ours();
    await page.click(".page-head .ant-btn-primary");
    await page.waitForURL(/\/jobs\/[0-9a-f-]{36}$/);
    await page.waitForSelector('[data-testid="job-state"][data-state="succeeded"]');
    expect(await page.getAttribute('[data-testid="count-done"]', "data-items")).toBe(
      String(waiting),
    );
    expect(kept.size).toBe(waiting);
    await inspect(page, "push-job", ".jobs .job-line");
    await page.goto(`${target.url}/studies/${study}/push`);
    await expect.poll(() => shown(site, "acknowledged"), follows).toBe(waiting);
    expect(await shown(site, "waiting")).toBe(0);
    await inspect(page, "push", "[data-site]");
  });

  test("a receiver is switched off and removed on the page, and its token never shown", async () => {
    const { site } = await ours();
    await row(site).getByRole("button").click();
    expect(await page.inputValue("#token")).toBe("");
    await page.click("#enabled");
    await submit();
    await row(site).locator("strong").waitFor();
    expect((await ours()).receiver?.enabled).toBe(false);
    await row(site).getByRole("button").click();
    await page.click(".receiver-remove");
    await page.click(".ant-popconfirm-buttons .ant-btn-primary");
    await row(site).locator(".receiver-url.soft").waitFor();
    expect((await ours()).receiver).toBeNull();
    expect(await page.content()).not.toContain(token);
  });

  test("a nightly push is added on the page and starts at the clocks of the site", async () => {
    await page.click(".schedules-head .ant-btn");
    await page.locator(".ant-modal #name").press("Enter");
    await page.waitForSelector("[data-schedule]");
    const { schedules } = await api.get<PushSchedules>(`/studies/${study}/report-pushes/schedules`);
    expect(schedules.map(({ hour, minute }) => [hour, minute])).toEqual([[2, 30]]);
    await inspect(page, "push-nightly", "[data-schedule]");
  });

  test("who may not steer jobs or build the study finds nothing to press", async () => {
    const auditor = await newPage(browser, "en");
    await signIn(auditor, target, "auditor@demo");
    await auditor.goto(`${target.url}/studies/${study}/push`);
    await auditor.waitForSelector("[data-site]");
    expect(
      await auditor.locator(".page-head .ant-btn, .receivers .ant-btn, .schedules").count(),
    ).toBe(0);
    await auditor.context().close();
  });
});
