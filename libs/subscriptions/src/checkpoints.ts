import { DatabaseSync } from "node:sqlite";
import type { Checkpoint } from "@countersign/event-store/event-store.ts";

/** Where one subscriber stands. */
export interface SavedCheckpoint {
  load(): Checkpoint | "start";
  /** Saves without waiting for the disk: after a power cut an earlier one may stand, and its events come again. */
  save(checkpoint: Checkpoint): void;
}

/** The checkpoints of subscribers that keep nothing else: relay and process managers. */
export interface Checkpoints {
  /** The checkpoint of the subscriber called `name`. */
  of(name: string): SavedCheckpoint;
  /** Safe to call twice. */
  close(): void;
}

/** Opens the file, or makes it in a folder that exists. */
export const openCheckpoints = (path: string): Checkpoints => {
  const database = new DatabaseSync(path, { timeout: 5_000 });
  database.exec(
    "pragma journal_mode = wal; pragma synchronous = normal;" +
      "create table if not exists checkpoint (name text primary key, value text not null) strict, without rowid",
  );
  const read = database.prepare("select value from checkpoint where name = ?");
  const write = database.prepare(
    "insert into checkpoint (name, value) values (?, ?) on conflict (name) do update set value = excluded.value",
  );
  return {
    of: (name) => ({
      load: () => {
        const value = read.get(name)?.["value"];
        return typeof value === "string" ? value : "start";
      },
      save: (checkpoint) => {
        write.run(name, checkpoint);
      },
    }),
    close: () => {
      if (database.isOpen) database.close();
    },
  };
};
