/** A thread of `sqlite-child.ts` that copies the write-ahead log after every few events, without a pause. */
import { workerData } from "node:worker_threads";
import { openWalCopier } from "@countersign/event-store-sqlite/wal-copier.ts";

const { path, committed } = workerData as { path: string; committed: SharedArrayBuffer };
const position = new BigInt64Array(committed);
const copier = openWalCopier({
  path,
  committed: () => Number(Atomics.load(position, 0)),
  every: 3,
});
const copy = (): void => {
  copier.moved();
  setImmediate(copy);
};
copy();
