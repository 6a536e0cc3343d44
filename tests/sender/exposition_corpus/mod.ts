// Valid and broken bodies of exporters, and what Prometheus 2.42 makes of them. What is
// expected is written down here by hand; tests/e2e/verdicts_test.ts asks Prometheus itself.

import type { ExpositionCase } from "./case.ts";
import { CONTENT_TYPES } from "./content_types.ts";
import { LABELS } from "./labels.ts";
import { LINES } from "./lines.ts";
import { VALUES } from "./values.ts";

export type { ExpositionCase };

/** All of them, none twice. */
export const CORPUS: readonly ExpositionCase[] = [...VALUES, ...LABELS, ...LINES, ...CONTENT_TYPES];
