import { Socket } from "node:net";
import type { VerifiedToken } from "@countersign/identity/jwt.ts";
import { describe, expect, test } from "vitest";
import { makeIdentify } from "../../../services/gateway/src/edge/authenticate.ts";

/** Identifies by tokens that are names, each good for a minute, and remembers which were checked and counted. */
const identifying = () => {
  const checked: string[] = [];
  const counted: string[] = [];
  const clock = { time: 0, now: () => clock.time };
  const verify = (token: string): VerifiedToken => {
    checked.push(token);
    const principal = { kind: "person", id: token, org: "demo", scopes: [] } as const;
    return {
      principal,
      principalText: JSON.stringify(principal),
      expiresAt: 3_600_000,
      fingerprint: `#${token}`,
      checkAgainAt: clock.time + 60_000,
    };
  };
  const identify = makeIdentify(
    verify,
    (credential) => {
      counted.push(credential);
      return counted.length < 4;
    },
    clock,
  );
  const ask = async (socket: Socket | undefined, token: string): Promise<string> => {
    const headers = { authorization: `Bearer ${token}` };
    const request = { headers, method: "POST", url: "/" };
    const who = await identify(socket === undefined ? request : { ...request, socket });
    return who.principal.id;
  };
  return { ask, checked, counted, clock };
};

describe("a connection that brings the same credential again", () => {
  test("is known by it, until it has to be checked again", async () => {
    const { ask, checked, clock } = identifying();
    const connection = new Socket();
    await ask(connection, "ana");
    clock.time = 59_999;
    expect(await ask(connection, "ana")).toBe("ana");
    expect(checked).toEqual(["ana"]);
    clock.time = 60_000;
    expect(await ask(connection, "ana")).toBe("ana");
    expect(checked).toEqual(["ana", "ana"]);
  });

  test("counts each time against its rate", async () => {
    const { ask, counted } = identifying();
    const connection = new Socket();
    for (const _ of [1, 2, 3]) await ask(connection, "ana");
    await expect(async () => ask(connection, "ana")).rejects.toThrow("Too many requests");
    expect(counted).toEqual(["#ana", "#ana", "#ana", "#ana"]);
  });

  test("says nothing of another one, nor of another connection", async () => {
    const { ask, checked } = identifying();
    const [connection, other] = [new Socket(), new Socket()];
    await ask(connection, "ana");
    expect(await ask(connection, "bo")).toBe("bo");
    expect(await ask(other, "ana")).toBe("ana");
    expect(checked).toEqual(["ana", "bo", "ana"]);
  });

  test("is checked each time where there is no connection to know", async () => {
    const { ask, checked } = identifying();
    for (const _ of [1, 2]) await ask(undefined, "ana");
    expect(checked).toEqual(["ana", "ana"]);
  });
});
