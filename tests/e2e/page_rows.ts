// The rows of the status page, as a browser has them.

import type { OpenPage } from "./chromium.ts";

/** The texts of the rows in the document. */
export function rows({ page }: OpenPage): Promise<Record<string, string>[]> {
  return page.evaluate(`
    Array.from(document.querySelectorAll("tbody tr:not(.space)"), (row) =>
      Object.fromEntries(Array.from(row.querySelectorAll("[data-f]"), (field) =>
        [field.dataset.f, field.textContent])))
  `);
}

/** Waits until the rows say so. */
export function rowsSay({ page }: OpenPage, text: string): Promise<void> {
  return page.locator("tbody", { hasText: text }).waitFor();
}
