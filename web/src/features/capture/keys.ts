// SPDX-License-Identifier: Apache-2.0
// Walking a form by keyboard.

const inputs =
  'input:not([disabled]):not([tabindex="-1"]), textarea:not([disabled]), [role="combobox"]';

function firstInput(field: Element): HTMLElement | null {
  const chosen = field.querySelector<HTMLElement>('input[type="radio"]:checked');
  return chosen ?? field.querySelector<HTMLElement>(inputs);
}

/** Puts the focus on a field; false when it has nothing to focus. */
export function focusField(key: string): boolean {
  const field = document.querySelector(`[data-field="${CSS.escape(key)}"]`);
  const input = field && firstInput(field);
  if (!input) return false;
  // No further than needed: a page that jumps at each Enter cannot be read.
  field.scrollIntoView({ block: "nearest" });
  input.focus({ preventScroll: true });
  if (input instanceof HTMLInputElement && input.type === "text") input.select();
  return true;
}

/** Goes from the field that holds `from` to the next one that takes a value, over an open unit. */
export function focusNext(from: Element): boolean {
  const own = from.closest("[data-field]");
  const unit = own?.querySelector('[data-open="true"]');
  if (unit && !unit.contains(from)) {
    unit.querySelector<HTMLElement>("input")?.focus();
    return true;
  }
  const fields = [...document.querySelectorAll("[data-field]")];
  const rest = own ? fields.slice(fields.indexOf(own) + 1) : fields;
  return rest.some((field) => {
    const key = field.getAttribute("data-field");
    return key !== null && firstInput(field) !== null && focusField(key);
  });
}

/** Enter belongs to the element itself: an open list, a button, several lines of text. */
export function ownsEnter(target: HTMLElement): boolean {
  return (
    target instanceof HTMLButtonElement ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLAnchorElement ||
    target.getAttribute("aria-expanded") === "true"
  );
}
