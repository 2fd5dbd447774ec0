import type { LeaseRegister } from "@countersign/messaging/lease-register.ts";
import { makeMemoryLeaseRegister } from "@countersign/messaging-memory/memory-lease-register.ts";
import { connectNatsBus, type NatsBus } from "@countersign/messaging-nats/nats-bus.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { available, type NatsServer, natsServer } from "../../testkit/servers.ts";

/** What every register must keep to; `open` gives one contender's view of the same register. */
const registerContract = (open: () => LeaseRegister): void => {
  test("only one of those that found it empty may write it", async () => {
    const [one, two] = [open(), open()];
    expect(await one.read()).toBeNull();
    const written = await Promise.all([one.replace("one", null), two.replace("two", null)]);
    expect(written.filter((revision) => revision === null)).toHaveLength(1);
    const winner = written[0] === null ? "two" : "one";
    expect(await one.read()).toEqual({ holder: winner, revision: written[0] ?? written[1] });
  });

  test("a write is refused to whoever did not see the one before, and changes nothing", async () => {
    const [one, two] = [open(), open()];
    const seen = (await one.read())?.revision ?? -1;
    const next = await one.replace("one", seen);
    expect(next).not.toBeNull();
    expect(next).not.toBe(seen);
    expect(await two.replace("two", seen)).toBeNull();
    expect(await two.replace("two", null)).toBeNull();
    expect(await two.read()).toEqual({ holder: "one", revision: next });
  });

  test("a renewal under the same name is another revision", async () => {
    const register = open();
    const seen = (await register.read())?.revision ?? -1;
    const next = await register.replace("one", seen);
    expect(next).not.toBe(seen);
    expect(await register.read()).toEqual({ holder: "one", revision: next });
  });

  test("it is given up with an empty name and taken again", async () => {
    const [one, two] = [open(), open()];
    const seen = (await one.read())?.revision ?? -1;
    const free = await one.replace("", seen);
    expect(await two.read()).toEqual({ holder: "", revision: free });
    expect(await two.replace("two", free)).not.toBeNull();
  });
};

describe("the lease register in memory", () => {
  const register = makeMemoryLeaseRegister();
  registerContract(() => register);
});

describe.runIf(available("nats-server"))("the lease register in NATS KV", () => {
  let server: NatsServer;
  const buses: NatsBus[] = [];
  beforeAll(async () => {
    server = await natsServer();
    for (const name of ["one", "two"])
      buses.push(
        await connectNatsBus({ servers: server.url, name, inboxPrefix: `_INBOX_${name}` }),
      );
  });
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.close()));
    await server.stop();
  });

  let opened = 0;
  registerContract(() => {
    const bus = buses[(opened += 1) % 2];
    if (bus === undefined) throw new Error("there is no bus");
    return bus.leaseRegister("contract");
  });

  test("keys are leases of their own", async () => {
    const [one] = buses;
    expect(await one?.leaseRegister("other").read()).toBeNull();
  });

  test("a broker that lost it begins anew, and is said to be away meanwhile", async () => {
    const register = buses[0]?.leaseRegister("lost");
    expect(await register?.replace("one", null)).toBe((await register?.read())?.revision);
    await server.kill();
    await expect(register?.read()).rejects.toThrow("cannot be asked for");
    await server.restart();
    const back = async (): Promise<unknown> => {
      for (;;) {
        try {
          return await register?.read();
        } catch {
          // The connection is not back yet.
        }
      }
    };
    expect(await back()).toBeNull();
    expect(await register?.replace("one", null)).not.toBeNull();
  }, 30_000);
});
