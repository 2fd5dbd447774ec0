import { describe, expect, test } from "vitest";
import { isPrivateAddress } from "@countersign/commander/outside/private-addresses.ts";
import { httpPost } from "@countersign/commander/outside/post.ts";
import { systemClock } from "@countersign/runtime/clock.ts";

const closed =
  "0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.168.1.1 198.18.0.1 224.0.0.1 255.255.255.255 :: ::1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 64:ff9b::a00:1 100::1 2001::1 2001:db8::1 2002:a00:1::1 fc00::1 fd12::1 fe80::1 ff02::1";
const open =
  "8.8.8.8 100.63.255.255 172.32.0.1 192.167.1.1 223.255.255.255 2606:4700::1111 2a00::1";

describe("addresses that guards may not stand on", () => {
  test.each(closed.split(" "))("%s is one", (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });

  test.each(open.split(" "))("%s is none", (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  });

  test("what is no address is taken for one", () => {
    expect(isPrivateAddress("localhost")).toBe(true);
  });

  test.each([
    "http://127.0.0.1:1/",
    "http://2130706433:1/",
    "http://0x7f.1:1/",
    "http://0177.0.0.1:1/",
    "http://[::ffff:127.0.0.1]:1/",
    "http://localhost:1/",
    "http://[::1]:1/",
  ])("%s is not asked, however it is written", async (url) => {
    const options = { headers: {}, timeoutMs: 5_000, allowPrivate: false };
    expect(await httpPost(systemClock)(url, "{}", options)).toEqual({
      ok: false,
      why: "it has a private address, which the operator does not allow",
    });
  });

  test("where they are allowed, one that nobody listens on is not there", async () => {
    const options = { headers: {}, timeoutMs: 5_000, allowPrivate: true };
    expect(await httpPost(systemClock)("http://127.0.0.1:1/", "{}", options)).toEqual({
      ok: false,
      why: "it cannot be reached",
    });
  });
});
