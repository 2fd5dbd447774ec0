import { PassingMap, PassingSet } from "@countersign/runtime/passing.ts";
import { describe, expect, test } from "vitest";

describe("what passes", () => {
  test("stays until it is deleted, however many come and go beside it", () => {
    const map = new PassingMap<string, number>();
    map.set("long", 1);
    for (let n = 0; n < 5_000; n++) {
      map.set(`short ${n}`, n);
      expect(map.get(`short ${n}`)).toBe(n);
      if (n >= 10) expect(map.delete(`short ${n - 10}`)).toBe(true);
    }
    expect(map.get("long")).toBe(1);
    expect(map.get("short 4000")).toBeUndefined();
    expect(map.size).toBe(11);
    expect(map.delete("short 4000")).toBe(false);
  });

  test("comes in the order in which it was set, as it was when it was asked for", () => {
    const set = new PassingSet<number>();
    for (let n = 0; n < 3_000; n++) {
      set.add(n);
      if (n >= 3) set.delete(n - 3);
    }
    const seen = set.values().map((each) => {
      for (let n = 0; n < 3_000; n++) set.delete(n);
      return each;
    });
    expect(seen).toEqual([2_997, 2_998, 2_999]);
    expect(set.values()).toEqual([]);
  });
});
