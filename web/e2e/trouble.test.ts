// SPDX-License-Identifier: Apache-2.0
// What goes wrong while people type: another person, an ended session, a lost line, a dead server.
// Whatever it is, nothing typed is lost and the page says what is going on.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startBinary, type Binary } from "./binary";
import { inspectAsItIs, launch, newPage, tabTo } from "./browser";
import { Api } from "./fill/api";
import { enter, field, input, press, saved, saveLine, signIn } from "./steps";

const binary = process.env.COHORT_BINARY;

describe.skipIf(!binary)("trouble while typing", () => {
  let target: Binary;
  let browsers: Browser[];
  let page: Page;
  let other: Page;
  let api: Api;
  let study = "";
  let site = "";
  let subject = "";

  beforeAll(async () => {
    target = await startBinary(binary ?? "");
    const [mine, theirs] = await Promise.all([launch(), launch()]);
    browsers = [mine, theirs];
    [page, other] = await Promise.all([newPage(mine, "en"), newPage(theirs, "en")]);
    const login = "coordinator@demo";
    api = await Api.signIn(target.url, login, target.passwordOf(login));
    const { studies } = await api.get<{ studies: { id: string }[] }>("/studies");
    study = studies[0]?.id ?? "";
    const { sites } = await api.get<{ sites: { id: string }[] }>(`/studies/${study}`);
    site = sites[0]?.id ?? "";
    await signIn(page, target, login);
    await signIn(other, target, "investigator@demo");
  });

  afterAll(async () => {
    await Promise.all((browsers ?? []).map((browser) => browser.close()));
    await target?.stop();
  });

  /** Vital signs of a new subject, which nobody has begun. */
  beforeEach(async () => {
    const made = await api.call<{ id: string }>("POST", `/studies/${study}/subjects`, { site });
    subject = made.id;
    await page.goto(address());
    await page.waitForSelector(field("IT.VSDAT"));
  });

  const address = (): string => {
    const place = { subject, event: "SE.V1", event_repeat: "1", form: "F.VS", form_repeat: "1" };
    return `${target.url}/studies/${study}/forms/new?${new URLSearchParams(place).toString()}`;
  };

  /** The first value makes the form; both people then have it open. */
  const shareForm = async (): Promise<void> => {
    await tabTo(page, input("IT.VSDAT"));
    await enter(page, "IT.VSDAT", "2026-03-02");
    await page.waitForURL((url) => !url.pathname.endsWith("/new"));
    await other.goto(page.url());
    await other.waitForSelector(field("IT.VSDAT"));
  };

  const readAgain = async (item: string): Promise<string> => {
    await page.goto(`${target.url}/studies`);
    await page.goto(address());
    await page.waitForSelector(field("IT.VSDAT"));
    return page.inputValue(input(item));
  };

  test("looking at a form, completing nothing, leaves no form behind", async () => {
    await tabTo(page, ".above a");
    await press(page, "Enter");
    await page.waitForSelector(".matrix-cell");
    const { visits } = await api.get<{ visits: { forms: { form_id: string | null }[] }[] }>(
      `/subjects/${subject}`,
    );
    expect(visits.flatMap((visit) => visit.forms.filter((form) => form.form_id))).toEqual([]);
  });

  test("two people on different items both keep what they entered, and see the other's", async () => {
    await shareForm();
    await other.fill(input("IT.HEIGHT"), "171.5");
    await other.keyboard.press("Control+s");
    await saved(other);
    await tabTo(page, input("IT.TEMP"));
    await enter(page, "IT.TEMP", "36.6");
    await saved(page);
    await page.waitForFunction(
      (selector) => document.querySelector<HTMLInputElement>(selector)?.value === "171.5",
      input("IT.HEIGHT"),
    );
    expect(await page.textContent(`${field("IT.HEIGHT")} .item-other`)).toContain("Zhao Ming");
    expect(await readAgain("IT.TEMP")).toBe("36.6");
    expect(await page.inputValue(input("IT.HEIGHT"))).toBe("171.5");
  });

  test("who takes the other's value in a conflict has it, and is asked nothing more", async () => {
    await shareForm();
    await tabTo(page, input("IT.PULSE"));
    await page.keyboard.type("70");
    await other.fill(input("IT.PULSE"), "74");
    await other.keyboard.press("Control+s");
    await saved(other);
    await press(page, "Control+s");
    await page.waitForSelector(".merge");
    expect(await page.textContent(".merge")).toContain("Zhao Ming");
    await tabTo(page, ".merge input[value=mine]");
    await press(page, "ArrowRight");
    await tabTo(page, ".ant-modal-footer .ant-btn-primary");
    await press(page, "Enter");
    await saved(page);
    await page.waitForSelector(".ant-modal", { state: "hidden" });
    expect(await page.inputValue(input("IT.PULSE"))).toBe("74");
  });

  test("a row with values is removed only with a reason, and its number is not used again", async () => {
    await tabTo(page, ".group .ant-btn-dashed");
    await press(page, "Enter");
    await page.waitForFunction(() => document.activeElement?.closest(".group-row"));
    await press(page, "1", "Enter", "1", "Enter");
    await enter(page, "IT.SYSBP", "148");
    await enter(page, "IT.DIABP", "92");
    await saved(page);
    await tabTo(page, 'button[aria-label^="Remove "]');
    await press(page, "Enter");
    await page.waitForSelector(".ant-modal #reason");
    await inspectAsItIs(page, "remove-row", ".ant-modal");
    await tabTo(page, ".ant-modal-footer .ant-btn-primary");
    await press(page, "Enter");
    await page.waitForSelector(".ant-modal .ant-form-item-explain-error");
    expect(await page.isVisible(field("IT.SYSBP"))).toBe(true);
    await tabTo(page, "#reason");
    await page.keyboard.type("Reading of another subject");
    await press(page, "Enter");
    await page.waitForSelector(field("IT.SYSBP"), { state: "detached" });
    await page.waitForFunction(() => document.activeElement?.matches("[data-add]"));
    await press(page, "Enter");
    await page.waitForSelector('.group-row[aria-label$=" 2"]');
    // A row without values goes without a question.
    await tabTo(page, 'button[aria-label^="Remove "]');
    await press(page, "Enter");
    await page.waitForSelector(".group-row", { state: "detached" });
    await page.click(".form-lead a");
    await page.waitForSelector(".trail li");
    const trail = await page.textContent(".trail");
    expect(trail).toContain("Entry removed");
    expect(trail).toContain("Reading of another subject");
  });

  test("an ended session asks for the password on the page, and what was typed is then saved", async () => {
    await shareForm();
    await tabTo(page, input("IT.HEIGHT"));
    await page.keyboard.type("169.5");
    await page.context().clearCookies();
    await press(page, "Control+s");
    await page.waitForSelector(".ant-modal #password");
    expect(await page.inputValue(".ant-modal #login")).toBe("coordinator@demo");
    expect(await page.inputValue(input("IT.HEIGHT"))).toBe("169.5");
    await inspectAsItIs(page, "session-ended", ".ant-modal");
    await page.waitForFunction(() => document.activeElement?.id === "password");
    await page.keyboard.type(target.passwordOf("coordinator@demo"));
    await press(page, "Enter");
    await page.waitForSelector(".ant-modal #password", { state: "hidden" });
    await saved(page);
    expect(await readAgain("IT.HEIGHT")).toBe("169.5");
  });

  test("typing goes on into the field when the session ends; the password is asked for in the pause", async () => {
    await shareForm();
    await saved(page);
    await tabTo(page, input("IT.HEIGHT"));
    await page.context().clearCookies();
    const refused = page.waitForResponse((response) => response.status() === 401);
    // The page sends what it has some seconds after the first key, while the person types on.
    let typed = "";
    let isRefused = false;
    void refused.then(() => (isRefused = true));
    while (!isRefused) {
      await page.keyboard.type("1", { delay: 100 });
      typed += "1";
    }
    await page.keyboard.type("72.5", { delay: 100 });
    expect(await page.inputValue(input("IT.HEIGHT"))).toBe(`${typed}72.5`);
    await page.waitForFunction(() => document.activeElement?.id === "password");
    expect(await page.inputValue(".ant-modal #password")).toBe("");
    await page.keyboard.type(target.passwordOf("coordinator@demo"));
    await press(page, "Enter");
    await page.waitForSelector(".ant-modal #password", { state: "hidden" });
  });

  test("a language chosen in one tab is spoken in the others, and what is typed stays", async () => {
    await tabTo(page, input("IT.HEIGHT"));
    await page.keyboard.type("171");
    const tab = await page.context().newPage();
    await tab.goto(`${target.url}/studies`);
    await tab.getByText("中文").click();
    await page.waitForFunction(() => document.documentElement.lang === "zh-CN");
    expect(await page.textContent("#complete-form")).toBe("完成表单");
    expect(await page.inputValue(input("IT.HEIGHT"))).toBe("171");
    await tab.getByText("English").click();
    await page.waitForFunction(() => document.documentElement.lang === "en");
    await tab.close();
  });

  test("somebody else who signs in there saves nothing of what was typed before", async () => {
    await shareForm();
    await tabTo(page, input("IT.HEIGHT"));
    await page.keyboard.type("165.0");
    await page.context().clearCookies();
    await press(page, "Control+s");
    await page.waitForSelector(".ant-modal #password");
    await page.fill(".ant-modal #login", "investigator@demo");
    await page.fill(".ant-modal #password", target.passwordOf("investigator@demo"));
    await press(page, "Enter");
    await page.waitForSelector(".ant-modal #password", { state: "hidden" });
    await page.waitForFunction(
      (selector) => document.querySelector<HTMLInputElement>(selector)?.value === "",
      input("IT.HEIGHT"),
    );
    await page.context().clearCookies();
    await signIn(page, target, "coordinator@demo");
    await page.goto(address());
    await page.waitForSelector(input("IT.HEIGHT"));
    await saved(page);
    expect(await page.inputValue(input("IT.HEIGHT"))).toBe("165.0");
  });

  test("leaving a page saves first; what cannot be saved is said and offered again", async () => {
    await tabTo(page, input("IT.HEIGHT"));
    await page.keyboard.type("170.5");
    await page.click(".above a");
    await page.waitForSelector(".matrix-cell");
    expect(await readAgain("IT.HEIGHT")).toBe("170.5");

    await page.context().setOffline(true);
    await page.fill(input("IT.TEMP"), "36.8");
    await page.click(".above a");
    await page.waitForSelector(".ant-modal-footer");
    await inspectAsItIs(page, "leave", ".ant-modal");
    await tabTo(page, ".ant-modal-footer .ant-btn-primary");
    await press(page, "Enter");
    await page.waitForSelector(".ant-modal-footer", { state: "hidden" });
    expect(await page.inputValue(input("IT.TEMP"))).toBe("36.8");
    await page.click(".above a");
    await page.waitForSelector(".ant-modal-footer");
    await page.click(".ant-modal-footer .ant-btn:not(.ant-btn-primary)");
    await page.waitForURL((url) => !url.pathname.includes("/forms/"));
    await page.context().setOffline(false);
    await page.goto(address());
    await page.waitForSelector(input("IT.TEMP"));
    expect(await page.inputValue(input("IT.TEMP"))).toBe("36.8");
    await saved(page);
  });

  test("a server killed while one types: the page says so, and everything is there once it is back", async () => {
    await shareForm();
    await saved(page);
    const keys: string[] = [];
    page.on("request", (request) => {
      if (request.method() === "PATCH") keys.push(request.headers()["idempotency-key"] ?? "none");
    });
    await target.kill();
    await tabTo(page, input("IT.HEIGHT"));
    await enter(page, "IT.HEIGHT", "168.5");
    await page.waitForSelector(".save-trouble");
    expect(await saveLine(page)).toContain("Not saved: 1 change is kept on this computer");
    expect(await page.textContent(".save-trouble")).toContain("The server did not answer");
    await page.fill(input("IT.TEMP"), "36.9");
    await inspectAsItIs(page, "server-gone", ".save-trouble");
    await target.restart();
    // Nothing is pressed: the page tries again by itself, a minute after the last time at most.
    await saved(page, { timeout: 90_000 });
    expect(keys.length).toBeGreaterThan(2);
    // The lost save went again under its own key; what was typed since has another.
    expect(new Set(keys).size).toBe(2);
    expect(keys.includes("none")).toBe(false);
    expect(await readAgain("IT.HEIGHT")).toBe("168.5");
    expect(await page.inputValue(input("IT.TEMP"))).toBe("36.9");
  }, 180_000);

  test("a browser closed while the server is gone keeps what was typed for the next time", async () => {
    await shareForm();
    await target.kill();
    await tabTo(page, input("IT.HEIGHT"));
    await enter(page, "IT.HEIGHT", "167.5");
    await page.waitForSelector(".save-trouble");
    const context = page.context();
    await page.close({ runBeforeUnload: false });
    await target.restart();
    page = await context.newPage();
    await page.goto(address());
    await page.waitForSelector(input("IT.HEIGHT"));
    expect(await page.inputValue(input("IT.HEIGHT"))).toBe("167.5");
    await saved(page);
  });

  test("a system that is not the real one says so on every page", async () => {
    await page.route("**/api/v1/session", async (route) => {
      const response = await route.fetch();
      await route.fulfill({
        response,
        json: { ...(await response.json()), environment: "training" },
      });
    });
    await page.reload();
    await page.waitForSelector(".frame-environment");
    expect(await page.textContent(".frame-environment")).toContain("Training");
    await inspectAsItIs(page, "training", ".frame-environment");
    await page.unroute("**/api/v1/session");
  });
});
