import { readFileSync } from "node:fs";

/**
 * What the machine calls its present run. Read models are written without fsync: what a process wrote survives its
 * own death but not the machine's. Null where the system does not tell; then only a clean close is trusted.
 */
export const machineBootId = (): string | null => {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return null;
  }
};
