import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { eventsPage, eventsPagePath } from "./events-page.ts";

test("docs/events.md shows the events as the sources have them (npm run print:events)", () => {
  expect(readFileSync(eventsPagePath, "utf8")).toBe(eventsPage());
});

test("every category's events are on the page, with the type they go out as", () => {
  const page = eventsPage();
  const rows = page.match(/^\| `[A-Z]\w+` \| `io\.countersign\.\w+\.[a-z-]+\.v1` \|$/gm) ?? [];
  expect(rows.length).toBeGreaterThan(30);
  expect(page).toContain("| `RequestApproved` | `io.countersign.request.approved.v1` |");
  expect(page).toContain("| `PolicyImported` | `io.countersign.definition.policy-imported.v1` |");
  expect(page).toContain("| `PersonRemoved` | `io.countersign.directory.person-removed.v1` |");
  expect(page).toContain("| `TopicCreated` | `io.countersign.topic.created.v1` |");
});
