// SPDX-License-Identifier: Apache-2.0
// The whole line by keyboard alone: from signing in to an archived form, with a conflict on the way.
// Each page passes axe in both languages and both sizes and leaves its pictures for the docs.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Target } from "./binary";
import {
  desktop,
  expectAccessible,
  expectNoOverflow,
  inspect,
  inspectAsItIs,
  launch,
  newPage,
  phone,
  picture,
  speak,
  tabTo,
} from "./browser";
import { fillStudy } from "./fill/fill";
import { halfSent } from "./half_sent";
import {
  enter as enterOn,
  field,
  input,
  press as pressOn,
  saved,
  signIn as signInAt,
} from "./steps";
import { findTarget } from "./target";

let target: Target;
let browser: Browser;
let otherBrowser: Browser;
let page: Page;
let other: Page;
let formUrl = "";
let subject = "";

beforeAll(async () => {
  target = await findTarget();
  console.log(`journey against ${target.kind} at ${target.url}`);
  if (target.kind === "binary") console.log("filled:", JSON.stringify(await fillStudy(target)));
  [browser, otherBrowser] = await Promise.all([launch(), launch()]);
  page = await newPage(browser, "en");
  other = await newPage(otherBrowser, "en");
});

afterAll(async () => {
  await Promise.all([browser?.close(), otherBrowser?.close()]);
  await target?.stop();
});

const press = (...keys: string[]) => pressOn(page, ...keys);
const enter = (item: string, text: string) => enterOn(page, item, text);
const signIn = (on: Page, login: string) => signInAt(on, target, login);
/** Weight has a unit to choose as well. */
const weight = input("IT.WEIGHT");

test("a wrong password is refused in words, and nothing on the page is lost", async () => {
  await page.goto(target.url);
  await page.waitForSelector("#login");
  await inspect(page, "sign-in", "#login");
  await page.waitForFunction(() => document.activeElement?.id === "login");
  await page.keyboard.type("coordinator@demo");
  await press("Tab");
  await page.keyboard.type("not the password");
  await press("Enter");
  await page.waitForSelector(".ant-alert-error");
  expect(await page.inputValue("#login")).toBe("coordinator@demo");
});

test("signing in by keyboard leads to the studies", async () => {
  await signIn(page, "coordinator@demo");
  await inspect(page, "studies", ".studies a");
});

test("a study opens on its subjects, and a filter stays in the address", async () => {
  await tabTo(page, ".studies h2 a");
  await press("Enter");
  await page.waitForSelector(".page-head h1");
  await page.waitForSelector(".matrix, .empty");
});

test("a subject is added by keyboard", async () => {
  await tabTo(page, ".page-head .ant-btn-primary");
  await press("Enter");
  await page.waitForSelector(".ant-modal #site");
  await inspectAsItIs(page, "add-subject", ".ant-modal");
  await tabTo(page, "#site");
  await press("ArrowDown", "Enter");
  await tabTo(page, ".ant-modal-footer .ant-btn-primary");
  await press("Enter");
  await page.waitForSelector(".visits");
  subject = (await page.textContent("h1"))?.replace("Subject ", "") ?? "";
  expect(subject).not.toBe("");
  await inspect(page, "subject", ".visits");
});

test("arrow keys walk the matrix, and what a cell means is told", async () => {
  await tabTo(page, ".above a, .page-head a");
  await press("Enter");
  await page.waitForSelector(".matrix-cell");
  await tabTo(page, ".matrix");
  await press("ArrowDown", "ArrowRight", "ArrowRight");
  const label = await page.evaluate(() => {
    const id = document.querySelector(".matrix")?.getAttribute("aria-activedescendant");
    return document.getElementById(id ?? "")?.getAttribute("aria-label");
  });
  expect(label).toMatch(/^Subject .+, .+, .+: /);
  await page.waitForSelector(".matrix-tip");
  await picture(page, "matrix-hover-en-desktop");
  await press("Control+Home");
  await inspect(page, "matrix", ".matrix-cell");
});

test("what was just said follows when the language is changed", async () => {
  await tabTo(page, '.frame-header input[type="search"], .frame-header .ant-input');
  await page.keyboard.type("nobody");
  await press("Enter");
  const said = page.locator(".ant-message-notice");
  await said.hover(); // it stays for as long as the pointer does
  expect(await said.textContent()).toMatch(/^No subject nobody /);
  await speak(page, "zh-CN");
  expect(await said.textContent()).toMatch(/^本研究中没有受试者 nobody/);
  await speak(page, "en");
  await page.mouse.move(0, 0);
  await press("Control+a", "Delete");
});

test("a form opens from the subject's page", async () => {
  await tabTo(page, '.frame-header input[type="search"], .frame-header .ant-input');
  await page.keyboard.type(subject);
  await press("Enter");
  await page.waitForSelector(".visits");
  await tabTo(page, 'a[aria-label="Start Vital signs"]');
  await press("Enter");
  await page.waitForSelector(field("IT.VSDAT"));
  // Looking at a form makes nothing.
  expect(new URL(page.url()).pathname).toMatch(/\/forms\/new$/);
  expect(await page.textContent('[data-testid="form-state"]')).toBe("Not started");
});

test("values are entered by keyboard, checked at once and saved as one goes", async () => {
  await tabTo(page, `${field("IT.VSDAT")} input`);
  await enter("IT.VSDAT", "2026-03-02");
  await page.waitForURL((url) => !url.pathname.endsWith("/new"));
  formUrl = page.url();
  // The first save makes the form; the page stays, and so does the cursor.
  await enter("IT.VSTIM", "08:40");
  await enter("IT.HEIGHT", "172.5");
  await enter("IT.WEIGHT", "7x");
  await page.waitForSelector(`${field("IT.WEIGHT")} .finding-hard`);
  await press("Shift+Tab");
  await tabTo(page, weight);
  await press("Control+a");
  await enter("IT.WEIGHT", "134.2");
  // Of two units none is taken for granted: Enter stops there, a digit chooses.
  expect(await page.textContent(`${field("IT.WEIGHT")} .finding-hard`)).toContain("unit");
  await press("1");
  await page.waitForSelector(`${field("IT.WEIGHT")} .finding-hard`, { state: "detached" });
  await press("Enter");
  await page.waitForSelector(`${field("IT.WEIGHT")} .finding-soft`);
  await press("Control+s");
  await saved(page);
  expect(await page.textContent('[data-testid="save-line"]')).toMatch(/^Saved \d\d:\d\d:\d\d$/);
  await inspect(page, "form", field("IT.VSDAT"));
  expect(await page.inputValue(`${field("IT.HEIGHT")} input`)).toBe("172.5");
});

test("F2 shows the history of the item in hand", async () => {
  await tabTo(page, `${field("IT.HEIGHT")} input`);
  await press("F2");
  await page.waitForSelector(".context-history li");
  expect(await page.textContent(".context-history li strong")).toContain("172.5");
});

test("the server out of reach is said aloud, the values stay, and they are sent later", async () => {
  await page.context().setOffline(true);
  await tabTo(page, `${field("IT.TEMP")} input`);
  await enter("IT.TEMP", "36.6");
  await page.waitForSelector(".save-trouble");
  expect(await page.textContent('[data-testid="save-line"]')).toContain("1 change");
  await inspectAsItIs(page, "form-offline", "main");
  await page.context().setOffline(false);
  await saved(page);
});

test("two people on one item see both values, and nothing disappears", async () => {
  await signIn(other, "investigator@demo");
  await other.goto(formUrl);
  await other.waitForSelector(field("IT.WEIGHT"));
  await tabTo(page, weight);
  await press("Control+a");
  await page.keyboard.type("73.1");
  await other.fill(weight, "73.8");
  await other.keyboard.press("Control+s");
  await saved(other);
  await press("Control+s");
  await page.waitForSelector(".merge");
  const both = await page.textContent(".merge");
  expect(both).toContain("73.1");
  expect(both).toContain("73.8");
  expect(both).not.toContain("another person");
  await inspectAsItIs(page, "merge", ".ant-modal");
  await tabTo(page, ".merge input[type=radio]");
  await press("Space");
  await tabTo(page, ".ant-modal-footer .ant-btn-primary");
  await press("Enter");
  await saved(page);
  expect(await page.inputValue(weight)).toBe("73.1");
});

test("a missing mandatory value holds up completing, and the summary leads to it", async () => {
  await tabTo(page, "#complete-form");
  await press("Enter");
  await page.waitForSelector("#error-summary");
  await page.waitForFunction(
    () => document.activeElement?.closest("[data-item]")?.getAttribute("data-item") === "IT.RESP",
  );
  await inspectAsItIs(page, "form-summary", "#error-summary");
  await enter("IT.RESP", "16");
  await enter("IT.PULSE", "118");
});

test("a row of a repeating group is added, and an unusual value must be confirmed", async () => {
  await tabTo(page, ".group .ant-btn-dashed");
  await press("Enter");
  await page.waitForSelector(field("IT.SYSBP"));
  await page.waitForFunction(() => document.activeElement?.closest(".group-row"));
  await press("1", "Enter");
  await press("1", "Enter");
  await enter("IT.SYSBP", "148");
  await enter("IT.DIABP", "92");
  await saved(page);
  await tabTo(page, "#complete-form");
  await press("Enter");
  await page.waitForSelector(".ant-modal .ant-checkbox-input");
  await inspectAsItIs(page, "complete", ".ant-modal");
  await tabTo(page, ".ant-modal .ant-checkbox-input");
  await press("Space");
  await tabTo(page, ".ant-modal-footer .ant-btn-primary");
  await press("Enter");
  await page.waitForSelector(".form-done");
  expect(await page.textContent('[data-testid="form-state"]')).toBe("Complete");
});

test("a complete form changes only with a reason", async () => {
  await tabTo(page, `${field("IT.PULSE")} input`);
  await press("Control+a");
  await page.keyboard.type("108");
  await press("Control+s");
  await page.waitForSelector(".ant-modal #reason");
  await inspectAsItIs(page, "reason", ".ant-modal");
  await tabTo(page, "#reason");
  await page.keyboard.type("Typing mistake");
  await press("Escape");
  await page.waitForSelector(".ant-modal #reason", { state: "hidden" });
  await page.waitForSelector(".save-trouble button");
  expect(await page.inputValue(`${field("IT.PULSE")} input`)).toBe("108");
  await tabTo(page, ".save-trouble button");
  await press("Enter");
  await page.waitForSelector(".ant-modal #reason");
  await tabTo(page, "#reason");
  await page.keyboard.type("Read wrongly from the chart");
  await tabTo(page, ".ant-modal-footer .ant-btn-primary");
  await press("Enter");
  await saved(page);
  expect(await page.textContent('[data-testid="form-state"]')).toBe("In progress");
  await tabTo(page, "#complete-form");
  await press("Enter");
  await page.waitForSelector(".form-done, .ant-modal .ant-checkbox-input");
  if (await page.isVisible(".ant-modal .ant-checkbox-input")) {
    await tabTo(page, ".ant-modal .ant-checkbox-input");
    await press("Space");
    await tabTo(page, ".ant-modal-footer .ant-btn-primary");
    await press("Enter");
  }
  await page.waitForSelector(".form-done");
});

test("the life of the form tells each change, its seal, the stages and the archive", async () => {
  await tabTo(page, ".form-lead a");
  await press("Enter");
  await page.waitForSelector(".pipeline .past");
  await page.waitForSelector(".digest");
  await page.waitForFunction(
    () =>
      document.querySelectorAll(".trail .seal").length ===
      document.querySelectorAll(".trail li").length,
  );
  const trail = (await page.textContent(".trail")) ?? "";
  for (const told of ["73.8", "73.1", "Read wrongly from the chart"]) expect(trail).toContain(told);
  await inspect(page, "life", ".trail li");
});

test("the study's audit trail shows the same changes", async () => {
  await tabTo(page, '.frame-sider a[href$="/audit"]');
  await press("Enter");
  await page.waitForSelector(".audit-line");
  await inspect(page, "audit", ".audit-line");
});

test("signing out by keyboard ends the session", async () => {
  await tabTo(page, '[data-testid="user-menu"]');
  await press("Enter");
  await page.waitForSelector(".ant-popover button");
  await tabTo(page, ".ant-popover button");
  await press("Enter");
  await page.waitForSelector("#login");
  await page.goto(formUrl);
  await page.waitForSelector("#login");
});

test("a monitor reads the form and changes nothing", async () => {
  await signIn(page, "monitor@demo");
  await page.goto(formUrl);
  await page.waitForSelector(field("IT.WEIGHT"));
  expect(await page.isDisabled(weight)).toBe(true);
  expect(await page.isVisible("#complete-form")).toBe(false);
  await page.context().clearCookies();
});

test("an administrator sees what a request that runs waits for", async () => {
  await signIn(page, "admin@demo");
  const half = target.kind === "mock" ? undefined : halfSent(target.url);
  await page.goto(`${target.url}/system`);
  const request = page.locator(".running-request").first();
  const waits = request.locator(".wait").first();
  await waits.waitFor();
  if (half) {
    expect(await request.locator("h3").textContent()).toMatch(/^POST \/api\/v1\/session /);
    expect(await waits.textContent()).toBe("waits for the network: read");
  }
  await request.locator("summary").first().press("Enter");
  await request.scrollIntoViewIfNeeded();
  await inspectAsItIs(page, "running", ".running h2");
  half?.stop();
  await page.context().clearCookies();
});

test("an administrator gets from the system page to all goroutines of the server", async () => {
  // weft's page comes from the server itself, and in English.
  if (target.kind === "mock") return;
  await signIn(page, "admin@demo");
  await page.goto(`${target.url}/system`);
  const half = halfSent(target.url);
  await tabTo(page, 'a[href="/system/goroutines"]');
  await press("Enter");
  await page.waitForURL(`${target.url}/system/goroutines`);
  expect(await page.textContent("h1")).toMatch(/^[0-9]+ goroutines$/);
  expect(await page.textContent("main")).toContain("Nothing is stuck.");
  expect(await page.locator("table").innerText()).toContain("http connection");
  for (const [name, size] of Object.entries({ desktop, phone })) {
    await page.setViewportSize(size);
    await expectNoOverflow(page, `goroutines-${name}`);
    await expectAccessible(page, `goroutines-${name}`);
    await picture(page, `goroutines-${name}`);
  }
  half.stop();
  await page.setViewportSize(desktop);
  await page.context().clearCookies();
});

test("an administrator sees how the server is and who has an account", async () => {
  await signIn(page, "admin@demo");
  await page.goto(`${target.url}/system`);
  await page.waitForSelector(".figures");
  await inspect(page, "system", ".sparkline polyline");
  await page.goto(`${target.url}/people`);
  await page.waitForSelector(".people tbody tr");
  await inspect(page, "people", ".people tbody tr");
});
