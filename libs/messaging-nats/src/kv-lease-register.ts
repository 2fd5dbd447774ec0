import { BusUnavailable } from "@countersign/messaging/errors.ts";
import type { LeaseRegister } from "@countersign/messaging/lease-register.ts";
import { type KV, type NatsConnection, NatsError, StorageType } from "nats";

/** The bucket that holds the leases of this deployment, a key each. */
const BUCKET = "COUNTERSIGN_LEASES";
/** JetStream's number for "wrong last sequence": somebody else wrote meanwhile. */
const WRONG_LAST_SEQUENCE = 10_071;
/** A lease that takes longer to be renewed is as good as lost. */
const TIMEOUT_MS = 1_000;

/** A key of a bucket in NATS KV, in memory there. The bucket is made when it is missing, again after it was lost. */
export const makeKvLeaseRegister = (
  nc: NatsConnection,
  key: string,
  replicas: number,
): LeaseRegister => {
  const js = nc.jetstream({ timeout: TIMEOUT_MS });
  let opened: Promise<KV> | undefined;

  const using = async <T>(work: (kv: KV) => Promise<T>): Promise<T> => {
    opened ??= js.views.kv(BUCKET, { history: 1, storage: StorageType.Memory, replicas });
    try {
      return await work(await opened);
    } catch (failure) {
      opened = undefined;
      throw new BusUnavailable(`the lease ${key} cannot be asked for`, { cause: failure });
    }
  };

  return {
    read: () =>
      using(async (kv) => {
        const entry = await kv.get(key);
        return entry === null ? null : { holder: entry.string(), revision: entry.revision };
      }),
    replace: (holder, seen) =>
      using(async (kv) => {
        try {
          return await (seen === null ? kv.create(key, holder) : kv.update(key, holder, seen));
        } catch (failure) {
          if (failure instanceof NatsError && failure.api_error?.err_code === WRONG_LAST_SEQUENCE)
            return null;
          throw failure;
        }
      }),
  };
};
