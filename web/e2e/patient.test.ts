// SPDX-License-Identifier: Apache-2.0
// A patient with a phone: a link and a code, a form, a line that is cut, a server that dies. What
// was answered is one row, whatever happens in between.
import type { Browser, Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBinary, type Binary } from "./binary";
import {
  expectAccessible,
  expectNoOverflow,
  inspectAsItIs,
  languages,
  launch,
  newPage,
  phone,
  picture,
  speak,
} from "./browser";
import type { Api } from "./fill/api";
import { invitePatient, plans, type Invited } from "./fill/patients";
import { signIn } from "./steps";

const binary = process.env.COHORT_BINARY;
const pin = "471508";

interface Responses {
  responses: { scores: { name: string; value: string | null }[] }[];
}

describe.skipIf(!binary)("a patient's page", () => {
  let target: Binary;
  let browser: Browser;
  let page: Page;
  let staff: Api;
  let invited: Invited;

  beforeAll(async () => {
    target = await startBinary(binary ?? "");
    ({ staff, invited } = await invitePatient(target));
    browser = await launch();
    page = await newPage(browser, "en", phone);
  });

  afterAll(async () => {
    await browser?.close();
    await target?.stop();
  });

  /** As it stands, in both languages: axe, nothing wider than the phone, targets large enough. */
  const inspect = async (name: string): Promise<void> => {
    for (const language of [...languages].reverse()) {
      await speak(page, language);
      const where = `patient-${name}-${language === "en" ? "en" : "zh"}`;
      await expectNoOverflow(page, where);
      await expectAccessible(page, where);
      await picture(page, where);
      const small = await page.$$eval("button, select, textarea, .option", (all) =>
        all.filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.textContent),
      );
      expect([where, small]).toEqual([where, []]);
    }
  };

  const heading = (text: string) => page.getByRole("heading", { level: 1, name: text }).waitFor();
  const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
  const line = (text: string) =>
    page.locator(".line").getByText(text, { exact: false }).first().waitFor();
  const start = async (plan: string): Promise<void> => {
    await page.locator(`[data-task="${plan}"]`).getByRole("button").click();
    await heading("How was your day?");
  };
  /** From the first question to the look at everything. */
  const answer = async (mood: string, hours: string, thoughts: "Yes" | "No"): Promise<void> => {
    await page.getByLabel(mood, { exact: true }).check();
    await press("Next");
    await heading("How many hours did you sleep?");
    await page.getByRole("textbox").fill(hours);
    await press("Next");
    await heading("Did you think of harming yourself?");
    await page.getByLabel(thoughts, { exact: true }).check();
    await press("Next");
    if (thoughts === "Yes") {
      await heading("For how many days?");
      await page.getByRole("textbox").fill("3");
      await press("Next");
    }
    await heading("Anything else?");
    await press("Check my answers");
    await heading("Check your answers");
  };
  const rows = async (): Promise<Responses["responses"]> =>
    (await staff.get<Responses>(`/subjects/${invited.subject}/responses`)).responses;
  const unsent = () => page.getAttribute(".line", "data-unsent");

  test("staff get the invitation as a picture to scan, and the code beside it", async () => {
    const login = "coordinator@demo";
    await signIn(page, target, login);
    const { study } = invited;
    await page.goto(`${target.url}/studies/${study}/subjects/${invited.subject}`);
    await page.getByRole("button", { name: "Invite the patient" }).click();
    await page.locator(".invite .ant-qrcode").waitFor();
    await inspectAsItIs(page, "invite", ".invite");
    const text = async (place: string): Promise<string> =>
      (await page.textContent(`.invite-${place}`)) ?? "";
    // The one that was made before is void.
    invited = { ...invited, link: new URL(await text("link")).hash, code: await text("code") };
    await page.setViewportSize(phone);
  });

  test("an invitation and its code let the patient in, and the address keeps nothing of it", async () => {
    await page.goto(`${target.url}/patient/${invited.link}`);
    await heading("Welcome");
    expect(page.url()).toBe(`${target.url}/patient/`);
    await inspect("activation");
    await page.getByLabel("Code of eight digits").fill(invited.code);
    await page.getByLabel("New PIN (at least 6 characters)").fill("123456");
    await page.getByLabel("The same PIN once more").fill("123456");
    await press("Start");
    await page.getByText("Choose another PIN").waitFor();
    await page.getByLabel("New PIN (at least 6 characters)").fill(pin);
    await page.getByLabel("The same PIN once more").fill(pin);
    await press("Start");
    await page.locator(`[data-task="${plans[0]}"]`).waitFor();
    expect(page.url()).toBe(`${target.url}/patient/`);
    expect(await page.title()).toBe("My questionnaires");
    await inspect("today");
  });

  test("a question left out is told and not passed, the keyboard alone is enough", async () => {
    await start(plans[0]);
    await inspect("question");
    await press("Next");
    await page.getByText("Please answer this question.").waitFor();
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowDown");
    expect(await page.getByLabel("Fair", { exact: true }).isChecked()).toBe(true);
    await page.locator('[data-saved="saved"]').waitFor();
    await press("Show all questions");
    await page.getByRole("heading", { level: 2, name: "Anything else?" }).waitFor();
    await inspect("all");
    await press("Show one question at a time");
  });

  test("with the line cut in the middle nothing is lost, not by a reload either, and it is sent later", async () => {
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.context().setOffline(true);
    await line("No connection.");
    await page.reload();
    await heading("Enter your PIN");
    await page.getByLabel("PIN", { exact: true }).fill("000000");
    await press("Come in");
    await page.getByText("This PIN is not right.").waitFor();
    await page.getByLabel("PIN", { exact: true }).fill(pin);
    await press("Come in");
    await start(plans[0]);
    expect(await page.getByLabel("Fair", { exact: true }).isChecked()).toBe(true);
    await answer("Fair", "7.10", "No");
    await inspect("review");
    await press("Send");
    await page.locator('[data-sent="waits"]').waitFor();
    await inspect("offline");
    expect(await rows()).toEqual([]);
    await page.context().setOffline(false);
    await page.locator('[data-sent="taken"]').waitFor();
    expect(await unsent()).toBe("0");
    expect((await rows()).length).toBe(1);
    await press("Done");
  });

  test("a server killed between taking answers and saying so has them once when it is back", async () => {
    await start(plans[1]);
    await answer("Very bad", "4.0", "No");
    let taken = 0;
    const takeAndDie = async (route: Route): Promise<void> => {
      taken = (await route.fetch()).status();
      await target.kill();
      await route.abort();
    };
    await page.context().route("**/response", takeAndDie, { times: 1 });
    await page.getByRole("button", { name: "Send", exact: true }).dblclick();
    await page.locator('[data-sent="waits"]').waitFor();
    await expect.poll(() => taken).toBe(201);
    expect(await unsent()).toBe("1");
    await target.restart();
    await page.locator('[data-sent="taken"]').waitFor({ timeout: 40_000 });
    expect((await rows()).length).toBe(2);
    await press("Done");
  });

  test("two taps are one row, and a dangerous answer is helped at once and before anything else", async () => {
    await start(plans[2]);
    await answer("Bad", "5", "Yes");
    let sent = 0;
    page.on("request", (request) => {
      if (request.method() === "POST" && request.url().endsWith("/response")) sent += 1;
    });
    await page.getByRole("button", { name: "Send", exact: true }).dblclick();
    await heading("Please read this now");
    expect(await page.textContent(".help")).toBe("Please call 12345 now.");
    await inspect("help");
    expect(sent).toBe(1);
    expect((await rows()).length).toBe(3);
    await press("I have read this");
    await press("Done");
    await page.getByText("There is nothing to answer now.").waitFor();
  });

  test("what was answered is listed with its scores and drawn over time", async () => {
    await press("What I have answered");
    await page.locator(".trend svg").waitFor();
    expect(await page.locator(".trend text").allTextContents()).toEqual(["1", "3", "2"]);
    await inspect("history");
    await press("Back to today");
  });

  test("who signs out with all sent leaves nothing on the phone, and the PIN lets them in again", async () => {
    await press("Sign out");
    await page.getByText("Everything is sent. What is kept").waitFor();
    await press("Sign out");
    await heading("Enter your PIN");
    expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
    await page.getByLabel("PIN", { exact: true }).fill(pin);
    await press("Come in");
    await heading("Today");
  });
});
