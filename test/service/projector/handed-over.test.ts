import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock, toIso } from "@countersign/runtime/clock.ts";
import { startOrg, type RunningOrg } from "./running-org.ts";

const HOUR = 3_600_000;

let org: RunningOrg;
let shift = 0;
const clock = { ...systemClock, now: () => systemClock.now() + shift };
let open: string;
let also: string;

beforeAll(async () => {
  org = await startOrg({ clock });
  open = await org.ask();
  also = await org.ask({ approvers: [{ type: "user", identifier: "bo" }] });
});
afterAll(() => org.close());

const queue = async (who: string, mine = "now"): Promise<string[]> => {
  const { result } = await org.query(who, "requests", { mine });
  const { total_estimate: total } = result["page"] as { total_estimate: number };
  const counts = (await org.query(who, "counts")).result;
  const ids = (result.items ?? []).map(({ id }) => id);
  expect(total).toBe(ids.length);
  expect(counts[mine === "now" ? "mine_now" : "as_delegate"]).toBe(ids.length);
  return ids;
};

/** When the person's queue will be another without any event. */
const turn = async (who: string): Promise<unknown> =>
  (await org.query(who, "counts", { turns: true })).result["turns_at"];

test("what somebody handed over exclusively stands in the delegate's queue alone, until that is over", async () => {
  expect(await queue("bo")).toEqual([also, open]);
  const { result: handed } = await org.command("bo", "delegate", {
    to: "dee",
    starts_at: toIso(clock.now() + HOUR),
    ends_at: toIso(clock.now() + 3 * HOUR),
    exclusive: true,
  });
  expect(await queue("bo")).toEqual([also, open]);
  expect(await queue("dee", "delegate")).toEqual([]);
  const starts = Date.parse(handed["starts_at"] as string);
  const ends = Date.parse(handed["ends_at"] as string);
  expect([await turn("bo"), await turn("dee"), await turn("cy")]).toEqual([starts, starts, null]);

  shift = 2 * HOUR;
  expect([await turn("bo"), await turn("dee")]).toEqual([ends, ends]);
  expect(await queue("bo")).toEqual([]);
  expect(await queue("dee", "delegate")).toEqual([also, open]);
  // Others of the role go on as before, and a filter on top changes nothing.
  expect(await queue("cy")).toEqual([open]);
  const narrowed = await org.query("bo", "requests", { mine: "now", status: ["pending"] });
  expect(narrowed.result.items).toEqual([]);
  const entry = (await org.query("vic", "queue-entry", { id: open })).result;
  expect(entry["handed_over"]).toEqual([{ person: "bo", starts, ends }]);
  // The queue says what a vote would come to.
  expect((await org.command("bo", "approve", {}, open)).error?.code).toBe("not-an-approver");
  const later = await org.ask();
  expect(await queue("bo")).toEqual([]);
  expect(await queue("dee", "delegate")).toEqual([later, also, open]);
  await org.restartProjector();
  expect(await queue("bo")).toEqual([]);

  shift = 4 * HOUR;
  expect([await turn("bo"), await turn("dee")]).toEqual([null, null]);
  expect(await queue("bo")).toEqual([later, also, open]);
  expect(await queue("dee", "delegate")).toEqual([]);

  shift = 2 * HOUR;
  await org.command("bo", "revoke-delegation", {}, handed.id);
  expect(await queue("bo")).toEqual([later, also, open]);
  expect(await queue("dee", "delegate")).toEqual([]);
});
