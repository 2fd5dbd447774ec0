import { BlockList, isIP } from "node:net";

const v4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

/** Everything but global unicast, and of that the parts in which other addresses are wrapped. */
const v6: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

const closed = new BlockList();
for (const [network, prefix] of v4) closed.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of v6) closed.addSubnet(network, prefix, "ipv6");

const unicast = new BlockList();
unicast.addSubnet("2000::", 3, "ipv6");

/** True for an address that is not somebody's on the open internet: loopback, private, link-local, wrapped, reserved. */
export const isPrivateAddress = (address: string): boolean => {
  switch (isIP(address)) {
    case 4:
      return closed.check(address, "ipv4");
    case 6:
      return !unicast.check(address, "ipv6") || closed.check(address, "ipv6");
    default:
      return true;
  }
};
