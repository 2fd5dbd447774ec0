import type { LeaseRecord, LeaseRegister } from "@countersign/messaging/lease-register.ts";

/** A register for contenders of one process. */
export const makeMemoryLeaseRegister = (): LeaseRegister => {
  let present: LeaseRecord | null = null;
  let writes = 0;
  return {
    read: async () => present,
    async replace(holder, seen) {
      if ((present?.revision ?? null) !== seen) return null;
      present = { holder, revision: (writes += 1) };
      return writes;
    },
  };
};
